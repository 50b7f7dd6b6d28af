"""Frames to bytes. A frame that cannot be written is our own mistake: LocalError."""

import json
from collections.abc import Callable
from typing import Any, Final

from reachback_wire import varint
from reachback_wire.frames import kinds
from reachback_wire.link_errors import LocalError

MAX_BODY: Final = 65_600
"""Longest body in bytes: 64 KiB of data and its head."""


def to_json(value: object) -> bytes:
    """Compact UTF-8 JSON; NaN and lone surrogates are refused."""
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
    return text.encode()


def data(ch: int, content: bytes) -> bytes:
    """A DATA frame, without building the class first: the hot path of every relay."""
    if ch < 0x40:
        length = len(content) + 1
        if length < 0x40:
            return b"\x0b%c%c%b" % (length, ch, content)
        return b"".join((b"\x0b", varint.encode(length), ch.to_bytes(1, "big"), content))
    return _head(0x0B, varint.encode(ch), content)


def ctrl(ch: int, kind: int, body: bytes) -> bytes:
    """A CTRL frame."""
    return _head(0x0C, varint.encode(ch) + varint.encode(kind), body)


def gap(frame: kinds.Gap) -> bytes:
    """A GAP frame."""
    if len(frame.salt) != 16 or len(frame.sha256) != 32:
        raise LocalError("bad-gap", "A GAP needs a 16-byte salt and a 32-byte digest.")
    moment = frame.time.to_bytes(8, "big")
    return _head(0x0D, _numbers(frame.ch, frame.length), moment + frame.salt + frame.sha256)


def encode(frame: kinds.Frame) -> bytes:
    """The frame's bytes; LocalError when it has a value the layout cannot hold."""
    try:
        encoded = _ENCODERS[type(frame)](frame)
    except (ValueError, OverflowError, TypeError) as error:
        raise LocalError("bad-frame", f"This frame cannot be written: {error}.") from error
    if len(encoded) > MAX_BODY and _body_length(encoded) > MAX_BODY:
        raise LocalError("too-long", f"A frame's body is at most {MAX_BODY} bytes.")
    return encoded


def _body_length(encoded: bytes) -> int:
    read = varint.decode(encoded, 1, len(encoded))
    return read[0] if read else 0


def _head(kind: int, start: bytes, rest: bytes = b"") -> bytes:
    length = varint.encode(len(start) + len(rest))
    return b"".join((kind.to_bytes(1, "big"), length, start, rest))


def _numbers(*values: int) -> bytes:
    return b"".join(map(varint.encode, values))


def _json(frame: kinds.JsonFrame | kinds.Channels) -> bytes:
    return _head(frame.TYPE, to_json(frame.value))


def _channel_json(frame: kinds.ChannelJsonFrame) -> bytes:
    return _head(frame.TYPE, varint.encode(frame.ch), to_json(frame.value))


def _nonces(frame: kinds.Nonces) -> bytes:
    if not frame.nonces or any(len(nonce) != 16 for nonce in frame.nonces):
        raise LocalError("bad-nonces", "A link nonce has 16 bytes, and there is at least one.")
    return _head(frame.TYPE, b"".join(frame.nonces))


def _resume(frame: kinds.Resume) -> bytes:
    return _head(frame.TYPE, b"".join(_numbers(*entry) for entry in frame.entries))


def _token(frame: kinds.Ping | kinds.Pong) -> bytes:
    if len(frame.token) != 8:
        raise LocalError("bad-token", "PING and PONG carry 8 bytes.")
    return _head(frame.TYPE, frame.token)


_ENCODERS: Final[dict[type, Callable[[Any], bytes]]] = {
    **dict.fromkeys(
        (kinds.Challenge, kinds.Hello, kinds.Welcome, kinds.Channels, kinds.Bye, kinds.Notice),
        _json,
    ),
    **dict.fromkeys(
        (kinds.Open, kinds.Opened, kinds.Refused, kinds.Close, kinds.Watch), _channel_json
    ),
    kinds.Nonces: _nonces,
    kinds.Resume: _resume,
    kinds.Seek: lambda frame: _head(0x07, _numbers(frame.ch, frame.offset)),
    kinds.Data: lambda frame: data(frame.ch, frame.data),
    kinds.Ctrl: lambda frame: ctrl(frame.ch, frame.kind, frame.body),
    kinds.Gap: gap,
    kinds.Ack: lambda frame: _head(0x0E, _numbers(frame.ch, frame.offset)),
    kinds.Credit: lambda frame: _head(0x0F, _numbers(frame.ch, frame.limit)),
    kinds.LinkAck: lambda frame: _head(0x11, _numbers(frame.total, frame.delay)),
    kinds.Ping: _token,
    kinds.Pong: _token,
}
