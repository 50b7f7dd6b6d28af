"""Which database: SQLite in the data directory, or PostgreSQL by address."""

from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

from reachback.config.environment import BadSetting

_SQLITE = "reachback.kernel.database.sqlite3"


def sqlite(path: Path) -> dict[str, Any]:
    """Return Django's settings of the embedded database."""
    return {"ENGINE": _SQLITE, "NAME": str(path), "CONN_MAX_AGE": None}


def from_url(url: str) -> dict[str, Any]:
    """Return Django's settings for `postgresql://user:password@host:port/name?sslmode=…`.

    `host` may be empty (local socket) or given as `?host=/run/postgresql`. `sqlite:///PATH` names
    another file for the embedded database. Raises BadSetting for anything else.
    """
    parts = urlsplit(url)
    if parts.scheme == "sqlite":
        return sqlite(Path(unquote(parts.path)))
    if parts.scheme not in {"postgresql", "postgres"}:
        msg = f"REACHBACK_DATABASE_URL starts with {parts.scheme!r}; give postgresql://…"
        raise BadSetting(msg)
    options = dict(parse_qsl(parts.query))
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": unquote(parts.path.lstrip("/")),
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": options.pop("host", parts.hostname or ""),
        "PORT": str(parts.port or ""),
        "CONN_MAX_AGE": None,
        "CONN_HEALTH_CHECKS": True,
        "OPTIONS": options,
    }
