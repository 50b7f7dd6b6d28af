"""Messages in the body of an HTTP request: for ways that let no WebSocket through.

`length: uint32 big-endian · message`, repeated. Source: docs/protocols/link.md.
"""

from typing import Final

from reachback_wire.link_errors import RemoteError

MESSAGE_MOST: Final = 131_072
BODY_MOST: Final = 262_144
"""Bytes of one body: a message of the largest size always fits."""
_HEAD: Final = 4


def packed(messages: list[bytes]) -> bytes:
    """The body that carries these messages."""
    return b"".join(len(message).to_bytes(_HEAD) + message for message in messages)


def messages_in(body: bytes) -> list[bytes]:
    """The messages of a body. RemoteError `poll-body` when it is not made of whole messages."""
    found = []
    at = 0
    while at < len(body):
        length = int.from_bytes(body[at : at + _HEAD])
        at += _HEAD + length
        if length > MESSAGE_MOST or at > len(body):
            raise RemoteError("poll-body", "A body does not hold whole messages.")
        found.append(body[at - length : at])
    return found
