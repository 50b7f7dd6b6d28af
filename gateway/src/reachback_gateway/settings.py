"""The front's environment (docs/protocols/front.md), read once at the process edge."""

import ipaddress
import os
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from reachback_gateway.errors import SettingsError
from reachback_gateway.recorder.vault import records_keys
from reachback_wire.sealing import RecordsKeys

_NAMES = re.compile(r"[a-z0-9-]*\*[a-z0-9-]*(\.[a-z0-9-]+)+")
Network = ipaddress.IPv4Network | ipaddress.IPv6Network


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """Bounds that keep one visitor from starving the others; bytes, seconds, counts."""

    body: int = 64 * 1024 * 1024
    body_in_memory: int = 1024 * 1024
    spooled_together: int = 4 * 1024 * 1024 * 1024
    slowest: int = 256
    grace: float = 20.0
    idle: float = 20.0
    waiting: int = 64
    active: int = 16
    patience: float = 30.0
    answer: float = 120.0
    reader: float = 60.0
    heartbeat: float = 15.0
    streams_per_user: int = 16
    stream_queue: int = 256
    hello: float = 10.0
    detached: float = 20.0
    links: int = 20_000
    target: float = 60.0
    asked: float = 20.0
    away: float = 300.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """Everything the front is told from outside."""

    data: Path
    web_socket: Path
    front_socket: Path
    secret: str
    host: str
    port: int
    node: str
    static: tuple[Path, ...]
    demo: bool
    records_keys: RecordsKeys
    certificate: Path | None = None
    key: Path | None = None
    proxies: tuple[Network, ...] = ()
    tunnel_hosts: str = ""
    limits: Limits = Limits()


def _needed(environment: Mapping[str, str], name: str) -> str:
    value = environment.get(name, "")
    if not value:
        raise SettingsError("setting-missing", f"The environment variable {name} is not set.")
    return value


def _listen(text: str) -> tuple[str, int]:
    host, separator, port = text.rpartition(":")
    if not separator or not port.isdigit() or int(port) > 65_535:
        raise SettingsError("setting-malformed", f"REACHBACK_LISTEN is not HOST:PORT: {text[:80]}")
    return host.strip("[]") or "127.0.0.1", int(port)


def _secret(path: Path) -> str:
    try:
        text = path.read_text(encoding="ascii").strip()
    except (OSError, UnicodeDecodeError) as problem:
        raise SettingsError("secret-unreadable", f"{path} cannot be read: {problem}") from problem
    if len(text) < 32:
        raise SettingsError("secret-short", f"{path} holds fewer than 32 characters.")
    return text


def _networks(text: str) -> tuple[Network, ...]:
    try:
        return tuple(ipaddress.ip_network(part) for part in text.replace(",", " ").split())
    except ValueError as problem:
        raise SettingsError("setting-malformed", f"REACHBACK_PROXIES: {problem}") from problem


def _pattern(text: str) -> str:
    """`*.pages.example.net`: the names of the sessions' origins, `*` in the first label."""
    label, dot, _ = text.partition(".")
    if text and (label.count("*") != 1 or not dot or not _NAMES.fullmatch(text)):
        message = f"REACHBACK_TUNNEL_HOSTS is not like *.pages.example.net: {text[:80]}"
        raise SettingsError("setting-malformed", message)
    return text


def _seconds(environment: Mapping[str, str], name: str, usual: float) -> float:
    try:
        found = float(environment.get(name, "") or usual)
    except ValueError as problem:
        raise SettingsError("setting-malformed", f"{name} is not a number of seconds.") from problem
    return max(0.0, min(found, 3600.0))


def _optional(environment: Mapping[str, str], name: str) -> Path | None:
    value = environment.get(name, "")
    return Path(value) if value else None


def read(environment: Mapping[str, str]) -> Settings:
    """Read the settings from `environment`; raises SettingsError naming the variable at fault."""
    data = Path(_needed(environment, "REACHBACK_DATA"))
    run = data / "run"
    host, port = _listen(environment.get("REACHBACK_LISTEN", "127.0.0.1:8000"))
    static = environment.get("REACHBACK_STATIC", "")
    secret_file = _optional(environment, "REACHBACK_FRONT_SECRET_FILE")
    certificate = _optional(environment, "REACHBACK_TLS_CERTIFICATE")
    key = _optional(environment, "REACHBACK_TLS_KEY")
    if (certificate is None) != (key is None):
        message = (
            "REACHBACK_TLS_CERTIFICATE and REACHBACK_TLS_KEY are given together or not at all."
        )
        raise SettingsError("setting-missing", message)
    return Settings(
        data=data,
        web_socket=_optional(environment, "REACHBACK_WEB_SOCKET") or run / "web.sock",
        front_socket=_optional(environment, "REACHBACK_FRONT_SOCKET") or run / "front.sock",
        secret=_secret(secret_file or run / "front.secret"),
        host=host,
        port=port,
        node=environment.get("REACHBACK_NODE", "") or "main",
        static=tuple(Path(part) for part in static.split(os.pathsep) if part),
        demo=environment.get("REACHBACK_DEMO") == "1",
        records_keys=records_keys(environment, data),
        certificate=certificate,
        key=key,
        proxies=_networks(environment.get("REACHBACK_PROXIES", "")),
        tunnel_hosts=_pattern(environment.get("REACHBACK_TUNNEL_HOSTS", "")),
        limits=Limits(
            asked=min(20.0, _seconds(environment, "REACHBACK_TUNNEL_PATIENCE", 60.0)),
            detached=_seconds(environment, "REACHBACK_DETACHED_AFTER", 20.0),
            target=_seconds(environment, "REACHBACK_TUNNEL_PATIENCE", 60.0),
            away=_seconds(environment, "REACHBACK_TUNNEL_AWAY", 300.0),
        ),
    )
