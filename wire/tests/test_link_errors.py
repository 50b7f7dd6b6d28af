import pytest

from reachback_wire.link_errors import LinkError, LocalError, RemoteError


def test_an_error_says_whose_fault_it_is() -> None:
    with pytest.raises(TypeError):
        LinkError("code", "Sentence.")
    error = RemoteError("malformed", "A frame ends inside a number.")
    assert (error.code, error.sentence) == ("malformed", "A frame ends inside a number.")
    assert str(error) == "A frame ends inside a number. (malformed)"
    assert not issubclass(LocalError, RemoteError)
