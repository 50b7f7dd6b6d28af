"""Canonical text: RFC 8785 (JCS) restricted as docs/protocols/documents.md says.

Integers only (|n| ≤ 2^53-1), NFC text, no duplicate members, no lone surrogates, nesting at most
16 deep, at most 256 KiB of UTF-8. Everything else is refused, so that two programs in two languages
never read one signed text in two ways.
"""

import hashlib
import json
import re
import unicodedata
from collections.abc import Mapping
from functools import lru_cache
from typing import Final, NoReturn

from reachback_wire.refusals import Refusal

MAX_INTEGER: Final = 2**53 - 1
MAX_DEPTH: Final = 16
MAX_BYTES: Final = 256 * 1024
#: Texts known to be canonical: 1 MiB of memory at most, also when a stranger chooses them.
_REMEMBERED: Final = 64
_REMEMBERED_LENGTH: Final = 16 * 1024
_INTEGER_DIGITS: Final = 17  # a sign and the 16 digits of 2^53-1
# Strings are skipped whole, so that brackets inside them do not count as nesting.
_NESTING: Final = re.compile(r'"(?:[^"\\]|\\.)*"|[\[\]{}]', re.DOTALL)
_encode_string = json.JSONEncoder(ensure_ascii=False).encode


class NotCanonical(Refusal):
    """The value or text has no canonical form, or is not written in it."""

    def __init__(self, sentence: str) -> None:
        super().__init__("malformed", sentence)


def dumps(value: object) -> str:
    """Write `value` (mappings, lists, tuples, str, int, bool, None) as canonical text.

    Raises NotCanonical for anything the restricted form cannot hold.
    """
    parts: list[str] = []
    _write(value, parts, 0)
    text = "".join(parts)
    if len(text.encode()) > MAX_BYTES:
        raise NotCanonical("The document is larger than 256 KiB.")
    return text


def loads(text: str) -> dict[str, object]:
    """Read canonical text holding one object; text in any other form is refused."""
    if len(text) > _REMEMBERED_LENGTH:
        return _checked(text)
    _remember(text)
    value: dict[str, object] = json.loads(text)
    return value


@lru_cache(maxsize=_REMEMBERED)
def _remember(text: str) -> None:
    """Check a text once: a customer's documents are read again with every decision."""
    _checked(text)


def _checked(text: str) -> dict[str, object]:
    value = _parse(text)
    if not isinstance(value, dict):
        raise NotCanonical("A document is one object.")
    if dumps(value) != text:
        raise NotCanonical("The document is not written in its canonical form.")
    return value


def digest(body: str) -> str:
    """Name a document by `sha256:` and the hex SHA-256 over its body."""
    return "sha256:" + hashlib.sha256(body.encode()).hexdigest()


def _write(value: object, parts: list[str], depth: int) -> None:
    match value:
        case None:
            parts.append("null")
        case bool():
            parts.append("true" if value else "false")
        case int():
            parts.append(_integer_text(value))
        case str():
            parts.append(_string_text(value))
        case Mapping():
            _write_object(value, parts, depth + 1)
        case list() | tuple():
            _write_array(value, parts, depth + 1)
        case _:
            raise NotCanonical(f"A document cannot hold a {type(value).__name__}.")


def _write_object(value: Mapping[object, object], parts: list[str], depth: int) -> None:
    _check_depth(depth)
    names: list[tuple[bytes, str, str]] = []
    for name in value:
        if not isinstance(name, str):
            raise NotCanonical("A member's name is text.")
        # RFC 8785 sorts by UTF-16 code units, which differs from code points above U+FFFF.
        text = _string_text(name)
        names.append((name.encode("utf-16-be"), name, text))
    parts.append("{")
    for index, (_, name, text) in enumerate(sorted(names)):
        parts.append(("," if index else "") + text + ":")
        _write(value[name], parts, depth)
    parts.append("}")


def _write_array(value: list[object] | tuple[object, ...], parts: list[str], depth: int) -> None:
    _check_depth(depth)
    parts.append("[")
    for index, item in enumerate(value):
        if index:
            parts.append(",")
        _write(item, parts, depth)
    parts.append("]")


def _check_depth(depth: int) -> None:
    if depth > MAX_DEPTH:
        raise NotCanonical("The document is nested deeper than 16.")


def _integer_text(value: int) -> str:
    if abs(value) > MAX_INTEGER:
        raise NotCanonical("A number is larger than 2^53-1.")
    return str(value)


def _string_text(value: str) -> str:
    if value.isascii():
        return _encode_string(value)
    if any("\ud800" <= character <= "\udfff" for character in value):
        raise NotCanonical("A text holds a lone surrogate.")
    if not unicodedata.is_normalized("NFC", value):
        raise NotCanonical("A text is not in Unicode's NFC form.")
    return _encode_string(value)


def _parse(text: str) -> object:
    if len(text) > MAX_BYTES:
        raise NotCanonical("The document is larger than 256 KiB.")
    _check_nesting(text)
    try:
        value: object = json.loads(
            text,
            parse_int=_parse_integer,
            parse_float=_refuse_number,
            parse_constant=_refuse_number,
            object_pairs_hook=_members,
        )
    except json.JSONDecodeError as error:
        raise NotCanonical(f"The document is not JSON (position {error.pos}).") from error
    return value


def _check_nesting(text: str) -> None:
    depth = 0
    for bracket in _NESTING.finditer(text):
        symbol = bracket.group()
        if symbol in "[{":
            depth += 1
            _check_depth(depth)
        elif symbol in "]}":
            depth -= 1


def _parse_integer(text: str) -> int:
    if len(text) > _INTEGER_DIGITS:
        raise NotCanonical("A number is larger than 2^53-1.")
    return int(text)


def _refuse_number(text: str) -> NoReturn:
    raise NotCanonical("A number is not a whole number.")


def _members(pairs: list[tuple[str, object]]) -> dict[str, object]:
    value = dict(pairs)
    if len(value) != len(pairs):
        raise NotCanonical("A member's name appears twice.")
    return value
