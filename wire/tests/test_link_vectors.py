"""The golden vectors of frames and streams say what this library does."""

import json
import sys
from pathlib import Path
from typing import Any

import pytest

from reachback_wire import frames as f
from reachback_wire.link_errors import RemoteError

VECTORS = Path(__file__).parents[1] / "vectors"
sys.path.insert(0, str(VECTORS))

import frames_vectors  # noqa: E402
import streams_vectors  # noqa: E402


def loaded(name: str) -> dict[str, Any]:
    content: dict[str, Any] = json.loads((VECTORS / name).read_text(encoding="utf-8"))
    return content


def test_the_files_are_what_the_generator_writes() -> None:
    assert loaded("frames.json") == frames_vectors.frames()
    assert loaded("streams.json") == streams_vectors.streams()


@pytest.mark.parametrize("case", loaded("frames.json")["valid"])
def test_valid_bytes_give_their_frame_wherever_they_are_cut(case: dict[str, Any]) -> None:
    content = bytes.fromhex(case["bytes"])
    decoder = f.Decoder()
    (frame,) = [frame for at in range(len(content)) for frame in decoder.feed(content[at : at + 1])]
    assert type(frame).__name__ == case["name"]
    assert frames_vectors.fields(frame) == case["fields"]
    assert f.encode(frame) == content


def test_every_frame_of_the_protocol_has_a_vector() -> None:
    named = {case["name"] for case in loaded("frames.json")["valid"]}
    assert named == {kind.__name__ for kind in f.Frame.__args__}


@pytest.mark.parametrize("case", loaded("frames.json")["invalid"])
def test_invalid_bytes_give_their_error(case: dict[str, Any]) -> None:
    with pytest.raises(RemoteError) as caught:
        f.Decoder().feed(bytes.fromhex(case["bytes"]))
    assert caught.value.code == case["code"]


def test_ignorable_bytes_give_nothing() -> None:
    assert f.Decoder().feed(bytes.fromhex(loaded("frames.json")["ignored"]["bytes"])) == []
