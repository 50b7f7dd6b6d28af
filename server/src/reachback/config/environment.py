"""Typed readers of environment variables; each says what was wrong, in one sentence."""

import os
from pathlib import Path

_TRUE = frozenset({"1", "true", "yes", "on"})
_FALSE = frozenset({"0", "false", "no", "off", ""})


class BadSetting(ValueError):
    """An environment variable has a value that cannot be used."""


def envtext(name: str, default: str) -> str:
    """Return the variable, or the default if it is unset or empty."""
    return os.environ.get(name, "") or default


def envbool(name: str, *, default: bool) -> bool:
    """Return a switch: 1/true/yes/on or 0/false/no/off."""
    value = os.environ.get(name)
    if value is None:
        return default
    word = value.strip().lower()
    if word in _TRUE:
        return True
    if word in _FALSE:
        return False
    msg = f"{name} is {value!r}; say 1 or 0"
    raise BadSetting(msg)


def envint(name: str, *, default: int, least: int = 0) -> int:
    """Return a whole number not below `least`."""
    value = os.environ.get(name, "")
    if not value:
        return default
    try:
        number = int(value)
    except ValueError:
        msg = f"{name} is {value!r}; give a whole number"
        raise BadSetting(msg) from None
    if number < least:
        msg = f"{name} is {number}; give at least {least}"
        raise BadSetting(msg)
    return number


def envlist(name: str, *, default: tuple[str, ...]) -> list[str]:
    """Return a list separated by commas."""
    value = os.environ.get(name, "")
    return [part.strip() for part in value.split(",") if part.strip()] or list(default)


def envpath(name: str, *, default: Path) -> Path:
    """Return an absolute path; `~` and a relative path are resolved."""
    return Path(envtext(name, str(default))).expanduser().absolute()


def envsecret(name: str) -> str | None:
    """Return a secret from NAME, or from the file that NAME_FILE names; None if neither is set."""
    value, file = os.environ.get(name), os.environ.get(f"{name}_FILE")
    if value and file:
        msg = f"both {name} and {name}_FILE are set; keep one"
        raise BadSetting(msg)
    if not file:
        return value or None
    try:
        return Path(file).read_text("utf-8").strip() or None
    except OSError as error:
        msg = f"{name}_FILE cannot be read: {error}"
        raise BadSetting(msg) from error
