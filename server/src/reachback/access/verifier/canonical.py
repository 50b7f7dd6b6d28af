"""Canonical JSON (RFC 8785, restricted): read strictly, so that one meaning has one spelling."""

import json
import unicodedata
from hashlib import sha256
from typing import Any, NoReturn

from reachback.access.verifier.failures import Unreadable

_LARGEST = 2**53 - 1
_DEEPEST = 16


def _refuse(word: str) -> NoReturn:
    msg = f"A document holds {word}, which signed documents may not."
    raise Unreadable(msg)


def _pairs(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        _refuse("the same member twice")
    return found


def _float(text: str) -> NoReturn:
    _refuse(f"the number {text[:20]}")


def _integer(text: str) -> int:
    if len(text) > 17 or abs(int(text)) > _LARGEST:
        _refuse(f"the number {text[:20]}")
    return int(text)


def _write(value: object, depth: int) -> str:
    if depth > _DEEPEST:
        _refuse("lists inside lists without end")
    if isinstance(value, dict):
        names = sorted(value, key=lambda name: name.encode("utf-16-be", "surrogatepass"))
        members = (f"{_write(name, depth)}:{_write(value[name], depth + 1)}" for name in names)
        return "{" + ",".join(members) + "}"
    if isinstance(value, list):
        return "[" + ",".join(_write(each, depth + 1) for each in value) + "]"
    if isinstance(value, str) and not unicodedata.is_normalized("NFC", value):
        _refuse("text that is not in normal form")
    return json.dumps(value, ensure_ascii=False)


def read(text: str) -> dict[str, Any]:
    """Return the object written in `text`; raise Unreadable unless it is canonical."""
    value = parse(text)
    if _write(value, 1) != text:
        _refuse("another spelling than the canonical one")
    return value


def parse(text: str) -> dict[str, Any]:
    """Return the object written in `text`, in any spelling but without doubtful values."""
    try:
        text.encode()
        value = json.loads(
            text,
            object_pairs_hook=_pairs,
            parse_float=_float,
            parse_int=_integer,
            parse_constant=_float,
        )
    except (ValueError, RecursionError) as error:
        msg = "A document is not JSON."
        raise Unreadable(msg) from error
    if not isinstance(value, dict):
        _refuse("no members")
    return value


def digest(body: str) -> str:
    """Return the digest by which documents name each other."""
    return "sha256:" + sha256(body.encode()).hexdigest()
