"""One reader per frame body: bytes to a frame, or RemoteError. Every reader is total."""

import json
from collections.abc import Callable
from typing import Final

from reachback_wire import varint
from reachback_wire.frames import kinds
from reachback_wire.link_errors import RemoteError

_STATE_NUMBERS: Final = ("ch", "next", "credit", "end", "acked")


def malformed(sentence: str) -> RemoteError:
    """The one error of a body that does not follow its layout."""
    return RemoteError("malformed", sentence)


def number(body: bytes, at: int) -> tuple[int, int]:
    """A varint of the body and the position after it."""
    read = varint.decode(body, at, len(body))
    if read is None:
        raise malformed("A frame ends inside a number.")
    return read


def _refuse_constant(name: str) -> None:
    raise ValueError(name)


def from_json(body: bytes) -> object:
    """Parsed JSON; not JSON, NaN, too deep or not writable as UTF-8 again: RemoteError."""
    try:
        value: object = json.loads(body.decode(), parse_constant=_refuse_constant)
        if b"\\u" in body:  # an escape may hide half a character, which no file could hold
            json.dumps(value, ensure_ascii=False).encode()
    except (ValueError, RecursionError) as error:
        raise malformed("A frame's JSON cannot be read.") from error
    return value


def _object(body: bytes) -> kinds.Json:
    value = from_json(body)
    if not isinstance(value, dict):
        raise malformed("A frame's JSON is not an object.")
    return value


def _json(build: Callable[[kinds.Json], kinds.Frame]) -> Callable[[bytes], kinds.Frame]:
    return lambda body: build(_object(body))


def _channel_json(
    build: Callable[[int, kinds.Json], kinds.Frame],
) -> Callable[[bytes], kinds.Frame]:
    def read(body: bytes) -> kinds.Frame:
        ch, at = number(body, 0)
        return build(ch, _object(body[at:]))

    return read


def _pair(build: Callable[[int, int], kinds.Frame]) -> Callable[[bytes], kinds.Frame]:
    def read(body: bytes) -> kinds.Frame:
        first, at = number(body, 0)
        second, at = number(body, at)
        if at != len(body):
            raise malformed("A frame has bytes after its last number.")
        return build(first, second)

    return read


def _token(build: Callable[[bytes], kinds.Frame]) -> Callable[[bytes], kinds.Frame]:
    def read(body: bytes) -> kinds.Frame:
        if len(body) != 8:
            raise malformed("PING and PONG carry 8 bytes.")
        return build(body)

    return read


def _nonces(body: bytes) -> kinds.Frame:
    if not body or len(body) % 16:
        raise malformed("NONCES is not a row of 16-byte nonces.")
    return kinds.Nonces(tuple(body[at : at + 16] for at in range(0, len(body), 16)))


def _is_state(state: object) -> bool:
    return (
        isinstance(state, dict)
        and all(isinstance(state.get(name), str) for name in ("key", "kind"))
        and all(
            type(state.get(name)) is int and 0 <= state[name] <= varint.MAXIMUM
            for name in _STATE_NUMBERS
        )
    )


def _channels(body: bytes) -> kinds.Frame:
    value = from_json(body)
    if not isinstance(value, list) or not all(map(_is_state, value)):
        raise malformed("CHANNELS is not a list of channel states.")
    return kinds.Channels(value)


def _resume(body: bytes) -> kinds.Frame:
    entries, at = [], 0
    while at < len(body):
        ch, at = number(body, at)
        following, at = number(body, at)
        credit, at = number(body, at)
        entries.append(kinds.ResumeEntry(ch, following, credit))
    return kinds.Resume(tuple(entries))


def _data(body: bytes) -> kinds.Frame:
    ch, at = number(body, 0)
    if at == len(body):
        raise malformed("A DATA frame is empty.")
    return kinds.Data(ch, body[at:])


def _ctrl(body: bytes) -> kinds.Frame:
    ch, at = number(body, 0)
    kind, at = number(body, at)
    return kinds.Ctrl(ch, kind, body[at:])


def _gap(body: bytes) -> kinds.Frame:
    ch, at = number(body, 0)
    length, at = number(body, at)
    if len(body) - at != 56 or not length:
        raise malformed("A GAP is not a length, 8, 16 and 32 bytes.")
    moment = int.from_bytes(body[at : at + 8], "big")
    return kinds.Gap(ch, length, moment, body[at + 8 : at + 24], body[at + 24 :])


READERS: Final[dict[int, Callable[[bytes], kinds.Frame]]] = {
    0x01: _json(kinds.Challenge),
    0x02: _json(kinds.Hello),
    0x03: _json(kinds.Welcome),
    0x04: _nonces,
    0x05: _channels,
    0x06: _resume,
    0x07: _pair(kinds.Seek),
    0x08: _channel_json(kinds.Open),
    0x09: _channel_json(kinds.Opened),
    0x0A: _channel_json(kinds.Refused),
    0x0B: _data,
    0x0C: _ctrl,
    0x0D: _gap,
    0x0E: _pair(kinds.Ack),
    0x0F: _pair(kinds.Credit),
    0x10: _channel_json(kinds.Close),
    0x11: _pair(kinds.LinkAck),
    0x12: _token(kinds.Ping),
    0x13: _token(kinds.Pong),
    0x14: _json(kinds.Bye),
    0x95: _json(kinds.Notice),
    0x16: _channel_json(kinds.Watch),
}
