"""Strict reading of a document's members: nothing unknown, nothing missing, nothing unchecked."""

import re
from collections.abc import Collection
from typing import Final, NoReturn

from reachback_wire import canonical
from reachback_wire.refusals import Refusal
from reachback_wire.signing import PublicKey

MAX_TEXT: Final = 2_000
MAX_ITEMS: Final = 10_000
DIGEST: Final = re.compile(r"sha256:[0-9a-f]{64}")
# A document is shown to people; control characters have no business in it.
_CONTROL: Final = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")


def malformed(sentence: str) -> NoReturn:
    """Refuse a document whose members do not make sense."""
    raise Refusal("malformed", sentence)


def open_document(body: str, document_type: str) -> "Members":
    """Read a document's body and check its `type` and `version`."""
    members = Members(canonical.loads(body), document_type)
    found = members.text("type")
    if found != document_type:
        raise Refusal("wrong-namespace", f"This is a “{found[:64]}”, not a “{document_type}”.")
    version = members.integer("version")
    if version != 1:
        raise Refusal("unknown-member", f"Version {version} of a “{document_type}” is unknown.")
    return members


class Members:
    """The members of one object; each is taken once, `finish` refuses what is left over."""

    def __init__(self, value: object, where: str) -> None:
        if not isinstance(value, dict):
            malformed(f"“{where}” is not an object.")
        self._left: dict[str, object] = dict(value)
        self._where = where

    def finish(self) -> None:
        if self._left:
            name = min(self._left)
            raise Refusal("unknown-member", f"“{self._where}” has an unknown member “{name[:64]}”.")

    def has(self, name: str) -> bool:
        return name in self._left

    def take(self, name: str) -> object:
        if name not in self._left:
            malformed(f"“{self._where}” lacks “{name}”.")
        return self._left.pop(name)

    def text(self, name: str, *, most: int = MAX_TEXT) -> str:
        return self._checked_text(self.take(name), name, most)

    def filled(self, name: str) -> str:
        value = self.text(name)
        if not value.strip():
            self._refuse(name, "is empty")
        return value

    def integer(self, name: str, *, least: int = 0, most: int = canonical.MAX_INTEGER) -> int:
        value = self.take(name)
        if not isinstance(value, int) or isinstance(value, bool) or not least <= value <= most:
            self._refuse(name, f"is not a whole number from {least} to {most}")
        return value

    def text_or_number(self, name: str) -> str | int | bool:
        """Take a text, a whole number or a boolean."""
        value = self.take(name)
        if isinstance(value, bool) or (
            isinstance(value, int) and abs(value) <= canonical.MAX_INTEGER
        ):
            return value
        return self._checked_text(value, name, MAX_TEXT)

    def boolean(self, name: str) -> bool:
        value = self.take(name)
        if not isinstance(value, bool):
            self._refuse(name, "is neither true nor false")
        return value

    def choice(self, name: str, options: Collection[str]) -> str:
        value = self.text(name)
        if value not in options:
            raise Refusal("unknown-member", f"“{self._where}.{name}” is unknown: “{value[:64]}”.")
        return value

    def array(self, name: str) -> list[object]:
        value = self.take(name)
        if not isinstance(value, list) or len(value) > MAX_ITEMS:
            self._refuse(name, "is not a list")
        return value

    def texts(self, name: str, options: Collection[str] | None = None) -> tuple[str, ...]:
        values = tuple(self._checked_text(item, name, MAX_TEXT) for item in self.array(name))
        if len(set(values)) != len(values):
            self._refuse(name, "names something twice")
        for value in values:
            if options is not None and value not in options:
                raise Refusal(
                    "unknown-member", f"“{self._where}.{name}” is unknown: “{value[:64]}”."
                )
        return values

    def key(self, name: str) -> str:
        value = self.text(name)
        PublicKey.parse(value)
        return value

    def optional_key(self, name: str) -> str:
        value = self.text(name)
        if value:
            PublicKey.parse(value)
        return value

    def keys(self, name: str) -> tuple[str, ...]:
        values = self.texts(name)
        for value in values:
            PublicKey.parse(value)
        return values

    def digest(self, name: str, *, empty: bool = False) -> str:
        value = self.text(name)
        if not (DIGEST.fullmatch(value) or (empty and not value)):
            self._refuse(name, "is not a SHA-256 digest")
        return value

    def hexadecimal(self, name: str, length: int) -> str:
        value = self.text(name)
        if not re.fullmatch(f"[0-9a-f]{{{length}}}", value):
            self._refuse(name, f"is not {length} hexadecimal digits")
        return value

    def inner(self, name: str) -> "Members":
        return Members(self.take(name), f"{self._where}.{name}")

    def optional_inner(self, name: str) -> "Members | None":
        value = self.take(name)
        return None if value is None else Members(value, f"{self._where}.{name}")

    def inners(self, name: str) -> list["Members"]:
        return [Members(item, f"{self._where}.{name}") for item in self.array(name)]

    def _checked_text(self, value: object, name: str, most: int) -> str:
        if not isinstance(value, str) or len(value) > most:
            self._refuse(name, f"is not a text of at most {most} characters")
        if _CONTROL.search(value):
            self._refuse(name, "holds control characters")
        return value

    def _refuse(self, name: str, problem: str) -> NoReturn:
        malformed(f"“{self._where}.{name}” {problem}.")
