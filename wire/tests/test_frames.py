"""Every frame to bytes and back; hostile bytes; what may not be written."""

from collections.abc import Iterable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reachback_wire import frames as f
from reachback_wire import varint
from reachback_wire.frames.encoding import MAX_BODY
from reachback_wire.link_errors import LocalError, RemoteError

NUMBERS = st.integers(0, varint.MAXIMUM)
TEXT = st.text(st.characters(codec="utf-8"), max_size=20)
JSON = st.dictionaries(TEXT, st.one_of(TEXT, st.integers(), st.none(), st.booleans()), max_size=4)
STATE = st.fixed_dictionaries(
    dict.fromkeys(("ch", "next", "credit", "end", "acked"), NUMBERS) | {"key": TEXT, "kind": TEXT}
)
BYTES = st.binary(max_size=300)
FRAMES: st.SearchStrategy[f.Frame] = st.one_of(
    *(st.builds(kind, JSON) for kind in (f.Challenge, f.Hello, f.Welcome, f.Bye, f.Notice)),
    *(st.builds(k, NUMBERS, JSON) for k in (f.Open, f.Opened, f.Refused, f.Close, f.Watch)),
    st.builds(f.Nonces, st.lists(st.binary(min_size=16, max_size=16), min_size=1).map(tuple)),
    st.builds(f.Channels, st.lists(STATE, max_size=3)),
    st.builds(f.Resume, st.lists(st.builds(f.ResumeEntry, NUMBERS, NUMBERS, NUMBERS)).map(tuple)),
    st.builds(f.Data, NUMBERS, st.binary(min_size=1, max_size=300)),
    st.builds(f.Ctrl, NUMBERS, NUMBERS, BYTES),
    st.builds(
        f.Gap,
        NUMBERS,
        st.integers(1, varint.MAXIMUM),
        st.integers(0, (1 << 64) - 1),
        st.binary(min_size=16, max_size=16),
        st.binary(min_size=32, max_size=32),
    ),
    *(st.builds(kind, NUMBERS, NUMBERS) for kind in (f.Seek, f.Ack, f.Credit, f.LinkAck)),
    *(st.builds(kind, st.binary(min_size=8, max_size=8)) for kind in (f.Ping, f.Pong)),
)


def decode(pieces: Iterable[bytes]) -> list[f.Frame]:
    decoder = f.Decoder()
    return [frame for piece in pieces for frame in decoder.feed(piece)]


def cut(content: bytes, sizes: list[int]) -> list[bytes]:
    pieces, at = [], 0
    for size in sizes:
        pieces.append(content[at : at + size])
        at += size
    return [*pieces, content[at:]]


@given(st.lists(FRAMES, max_size=6), st.lists(st.integers(0, 40), max_size=12))
def test_frames_come_back_wherever_the_bytes_are_cut(
    frames: list[f.Frame], sizes: list[int]
) -> None:
    content = b"".join(map(f.encode, frames))
    assert decode(cut(content, sizes)) == frames
    assert decode(content[at : at + 1] for at in range(len(content))) == frames


def test_a_keystroke_costs_three_bytes_of_our_own() -> None:
    assert f.encode(f.Data(16, b"k")) == b"\x0b\x02\x10k"
    assert len(f.encode(f.Data(16, b"k"))) - 1 <= 4


@pytest.mark.parametrize("size", [1, 62, 63, 64, 16_382, 16_383, 65_536])
@pytest.mark.parametrize("ch", [1, 63, 64, varint.MAXIMUM])
def test_data_of_every_head_size(size: int, ch: int) -> None:
    frame = f.Data(ch, b"x" * size)
    assert decode([f.encode(frame)]) == [frame]


def test_the_total_counts_whole_frames_but_not_linkacks() -> None:
    decoder = f.Decoder()
    decoder.feed(f.encode(f.LinkAck(5, 6)) + f.encode(f.Data(16, b"abc")) + b"\x0b\x03")
    assert decoder.total == 6
    assert decoder.held == 2


def test_an_unknown_frame_that_may_be_ignored_is_ignored() -> None:
    assert decode([b"\xf0\x02hi" + f.encode(f.Ack(1, 2))]) == [f.Ack(1, 2)]


def refused(content: bytes) -> str:
    decoder = f.Decoder()
    with pytest.raises(RemoteError) as caught:
        decoder.feed(content)
    with pytest.raises(LocalError):
        decoder.feed(b"")
    return caught.value.code


def frame(kind: int, body: bytes) -> bytes:
    return bytes([kind]) + varint.encode(len(body)) + body


@pytest.mark.parametrize(
    "content",
    [
        frame(0x70, b""),  # unknown and not ignorable
        frame(0x01, b"{"),
        frame(0x01, b"[]"),
        frame(0x01, b"\xff"),
        frame(0x01, b'{"a":NaN}'),
        frame(0x01, b'{"a":"\\ud800"}'),
        frame(0x01, b"[" * 60_000),
        frame(0x01, b'{"a":' + b"9" * 5_000 + b"}"),
        frame(0x04, b""),
        frame(0x04, bytes(17)),
        frame(0x05, b"{}"),
        frame(0x05, b"[1]"),
        frame(0x05, b'[{"ch":true,"key":"k","kind":"s","next":0,"credit":0,"end":0,"acked":0}]'),
        frame(0x05, b'[{"ch":-1,"key":"k","kind":"s","next":0,"credit":0,"end":0,"acked":0}]'),
        frame(0x06, b"\x10\x00"),
        frame(0x07, b"\x10\x00\x00"),
        frame(0x08, b""),
        frame(0x0B, b""),
        frame(0x0B, b"\x10"),
        frame(0x0B, b"\x40"),
        frame(0x0C, b"\x10"),
        frame(0x0D, b"\x10\x01" + bytes(55)),
        frame(0x0D, b"\x10\x00" + bytes(56)),
        frame(0x0E, b"\x10"),
        frame(0x12, bytes(7)),
        frame(0x13, bytes(9)),
    ],
)
def test_a_broken_body_is_the_senders_fault(content: bytes) -> None:
    assert refused(content) == "malformed"


def test_a_body_over_the_limit_is_refused_before_it_is_kept() -> None:
    assert refused(b"\x0b" + varint.encode(MAX_BODY + 1)) == "too-long"


@pytest.mark.parametrize(
    "bad",
    [
        f.Nonces(()),
        f.Nonces((b"short",)),
        f.Ping(b"short"),
        f.Gap(16, 5, 0, bytes(15), bytes(32)),
        f.Gap(16, 5, 0, bytes(16), bytes(31)),
        f.Gap(16, 5, 1 << 64, bytes(16), bytes(32)),
        f.Ack(-1, 0),
        f.Ack(0, 1 << 62),
        f.Hello({"nan": float("nan")}),
        f.Hello({"half": "\ud800"}),
        f.Hello({"set": {1}}),
        f.Hello({"long": "x" * MAX_BODY}),
        f.Data(16, bytes(MAX_BODY)),
    ],
)
def test_what_cannot_be_written_is_our_fault(bad: f.Frame) -> None:
    with pytest.raises(LocalError):
        f.encode(bad)


def total(content: bytes, sizes: list[int]) -> None:
    """Frames or exactly one RemoteError, and never more kept than one frame."""
    decoder = f.Decoder()
    for piece in cut(content, sizes):
        try:
            decoder.feed(piece)
        except RemoteError:
            return
        assert decoder.held <= MAX_BODY + 9


MUTATIONS = st.lists(st.tuples(st.integers(0, 1 << 16), st.integers(0, 255)), max_size=6)


def mutated(frames: list[f.Frame], changes: list[tuple[int, int]]) -> bytes:
    content = bytearray(b"".join(map(f.encode, frames)))
    for at, value in changes:
        if content:
            content[at % len(content)] = value
    return bytes(content)


@given(st.binary(max_size=400), st.lists(st.integers(0, 30), max_size=8))
@settings(max_examples=200)
def test_any_bytes_give_frames_or_one_error(content: bytes, sizes: list[int]) -> None:
    total(content, sizes)


@given(st.lists(FRAMES, max_size=5), MUTATIONS, st.lists(st.integers(0, 60), max_size=8))
@settings(max_examples=200)
def test_mutated_frames_give_frames_or_one_error(
    frames: list[f.Frame], changes: list[tuple[int, int]], sizes: list[int]
) -> None:
    total(mutated(frames, changes), sizes)


@pytest.mark.slow
@pytest.mark.timeout(1_200)
@given(st.lists(FRAMES, max_size=8), MUTATIONS, st.lists(st.integers(0, 99), max_size=9))
@settings(max_examples=5_000, deadline=None)
def test_mutated_frames_at_length(
    frames: list[f.Frame], changes: list[tuple[int, int]], sizes: list[int]
) -> None:
    total(mutated(frames, changes), sizes)
