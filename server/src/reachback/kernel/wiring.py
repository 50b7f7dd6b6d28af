"""How facts travel as JSON: the types a fact's fields may have, and the way there and back."""

import dataclasses
import types
import typing
from datetime import datetime
from typing import Any, TypeVar
from uuid import UUID

T = TypeVar("T")


class UnsupportedField(TypeError):
    """A fact's field has a type that cannot be kept as JSON without loss."""


def to_json(value: object) -> object:
    """Return the JSON form of a field: str, int, bool, None, UUID, datetime, tuples of these."""
    if value is None or isinstance(value, (str, bool, int)):
        return value
    if isinstance(value, UUID):
        return str(value)
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, (tuple, list)):
        return [to_json(item) for item in value]
    msg = f"{type(value).__name__} is not a type a fact may carry"
    raise UnsupportedField(msg)


def from_json(kind: Any, value: Any) -> Any:
    """Return `value` as the annotated type `kind` of a fact's field."""
    if value is None or kind in {str, int, bool}:
        return value
    if kind is UUID:
        return UUID(value)
    if kind is datetime:
        return datetime.fromisoformat(value)
    origin, arguments = typing.get_origin(kind), typing.get_args(kind)
    if origin in {types.UnionType, typing.Union}:
        return from_json(next(a for a in arguments if a is not types.NoneType), value)
    if origin is tuple:
        return tuple(from_json(arguments[0], item) for item in value)
    if origin is typing.Literal:
        return value
    msg = f"{kind} is not a type a fact may carry"
    raise UnsupportedField(msg)


def dump(instance: Any) -> dict[str, object]:
    """Return a dataclass instance as a JSON object."""
    return {
        field.name: to_json(getattr(instance, field.name)) for field in dataclasses.fields(instance)
    }


def load(kind: type[T], payload: dict[str, Any]) -> T:
    """Return the dataclass `kind` from its JSON object; fields it no longer has are left out."""
    hints = typing.get_type_hints(kind)
    known = [field.name for field in dataclasses.fields(kind) if field.init]  # type: ignore[arg-type]
    return kind(**{n: from_json(hints[n], payload[n]) for n in known if n in payload})
