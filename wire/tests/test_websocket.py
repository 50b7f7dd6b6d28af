"""The WebSocket framing against wsproto, which shares no code with it, and against rogues."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from wsproto import ConnectionType
from wsproto.connection import Connection
from wsproto.events import BytesMessage, CloseConnection, Ping, Pong

from reachback_wire.link_errors import RemoteError
from reachback_wire.websocket import MessageStream, masked_with

MOST = 131_072
contents = st.one_of(
    st.binary(max_size=300),
    st.sampled_from([125, 126, 127, 65_535, 65_536, MOST]).map(lambda size: b"\x07" * size),
)


def ends(*, client: bool) -> tuple[MessageStream, Connection]:
    """Ours, and the library's other end."""
    theirs = Connection(ConnectionType.SERVER if client else ConnectionType.CLIENT)
    return MessageStream(client=client, max_message=MOST), theirs


def pieces(data: bytes, sizes: list[int]) -> list[bytes]:
    found, at = [], 0
    for size in sizes:
        found.append(data[at : at + size])
        at += size
    return [*found, data[at:]]


@given(st.booleans(), st.lists(contents, max_size=5), st.lists(st.integers(0, 40), max_size=12))
def test_the_library_reads_what_we_write_and_we_read_what_it_writes_cut_anywhere(
    client: bool,
    messages: list[bytes],
    cuts: list[int],
) -> None:
    ours, theirs = ends(client=client)
    for message in messages:
        theirs.receive_data(ours.message(message))
    read = [bytes(e.data) for e in theirs.events() if isinstance(e, BytesMessage)]
    assert b"".join(read) == b"".join(messages)
    written = b"".join(theirs.send(BytesMessage(data=message)) for message in messages)
    assert [m for piece in pieces(written, cuts) for m in ours.receive(piece)] == messages


@given(st.binary(min_size=4, max_size=4), contents)
def test_masking_is_its_own_inverse_and_what_the_standard_says(key: bytes, data: bytes) -> None:
    masked = masked_with(key, data)
    assert masked_with(key, masked) == data
    assert masked[:8] == bytes(b ^ key[i % 4] for i, b in enumerate(data[:8]))


def test_fragments_become_one_message_and_a_ping_between_them_is_answered() -> None:
    ours, theirs = ends(client=False)
    written = theirs.send(BytesMessage(data=b"one ", message_finished=False))
    written += theirs.send(Ping(payload=b"there?"))
    written += theirs.send(BytesMessage(data=b"two"))
    assert ours.receive(written) == [b"one two"]
    theirs.receive_data(ours.replies())
    assert [event.payload for event in theirs.events() if isinstance(event, Pong)] == [b"there?"]


def test_close_is_answered_once_with_its_code_and_nothing_is_read_behind_it() -> None:
    ours, theirs = ends(client=True)
    last = theirs.send(BytesMessage(data=b"last"))
    last += theirs.send(CloseConnection(code=1001)) + b"\xff\xff\xff"
    assert ours.receive(last) == [b"last"]
    assert ours.closed
    theirs.receive_data(ours.replies())
    assert [e.code for e in theirs.events() if isinstance(e, CloseConnection)] == [1001]
    assert ours.close() == b""
    assert ours.receive(b"\x82\x01x") == []


def masked(first: int, data: bytes) -> bytes:
    return bytes((first, 0x80 | len(data))) + b"\0\0\0\0" + data


ROGUES = {
    "a client that does not mask": b"\x82\x01x",
    "text": masked(0x81, b"x"),
    "an extension nobody agreed to": masked(0xC2, b"x"),
    "an opcode that is not there": masked(0x83, b"x"),
    "a control opcode that is not there": masked(0x8B, b"x"),
    "a control frame in pieces": masked(0x09, b"x"),
    "a long control frame": b"\x89\xfe\x00\x7e\0\0\0\0" + b"x" * 126,
    "a fragment of nothing": masked(0x80, b"x"),
    "a message inside a message": masked(0x02, b"x") + masked(0x82, b"x"),
    "a message too large": b"\x82\xff" + (MOST + 1).to_bytes(8, "big"),
    "too much in fragments": masked(0x02, b"") + (masked(0x00, b"x" * 100) * 2_000),
    "fragments without content": masked(0x02, b"") + masked(0x00, b"") * 3_000,
}


@pytest.mark.parametrize("rogue", ROGUES)
def test_whoever_breaks_the_rules_is_named(rogue: str) -> None:
    ours = MessageStream(client=False, max_message=MOST)
    with pytest.raises(RemoteError):
        ours.receive(ROGUES[rogue])


def test_a_server_may_not_mask() -> None:
    with pytest.raises(RemoteError):
        MessageStream(client=True, max_message=MOST).receive(masked(0x82, b"x"))


def test_a_flood_of_pings_holds_no_more_than_its_bound() -> None:
    ours = MessageStream(client=False, max_message=MOST)
    ours.receive(masked(0x89, b"p" * 125) * 1_000)
    assert len(ours.replies()) < 5_000


@given(st.binary(max_size=2_000))
def test_any_bytes_give_messages_or_one_error(data: bytes) -> None:
    ours = MessageStream(client=False, max_message=1_000)
    try:
        messages = ours.receive(data)
    except RemoteError:
        return
    assert all(len(message) <= 1_000 for message in messages)
