"""Addresses: which URLs may be dialled, which proxy stands before them, and its sign-in."""

from __future__ import annotations

import base64
import ipaddress
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import SplitResult, unquote, urlsplit

from reachback_connector.errors import UsageError

_PORTS = {"http": 80, "https": 443, "ws": 80, "wss": 443}


@dataclass(frozen=True, slots=True)
class Address:
    """One place to dial. `path` begins with a slash."""

    secure: bool
    host: str
    port: int
    path: str

    @property
    def authority(self) -> str:
        host = f"[{self.host}]" if ":" in self.host else self.host
        return host if self.port == (443 if self.secure else 80) else f"{host}:{self.port}"

    @property
    def dialled(self) -> str:
        """host:port, always with the port: what CONNECT wants."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"{host}:{self.port}"


@dataclass(frozen=True, slots=True)
class Proxy:
    """An HTTP proxy; `authorization` is the value of Proxy-Authorization, "" without sign-in."""

    host: str
    port: int
    authorization: str = ""


def parse(url: str) -> Address:
    """The address in `url`. UsageError unless it is https/wss, or http/ws to this very machine."""
    parts = _split(url)
    secure = parts.scheme in {"https", "wss"}
    host = parts.hostname or ""
    if not secure and not is_loopback(host):
        raise UsageError(
            "not-encrypted",
            f"{parts.scheme}:// is allowed only to this very machine; use https:// for {host}.",
        )
    path = parts.path or "/"
    if parts.query:
        path += "?" + parts.query
    return Address(secure, host, _port(parts), path)


def join(url: str, path: str) -> str:
    """`path` below the base address `url`."""
    return url.rstrip("/") + path


def is_loopback(host: str) -> bool:
    """localhost, a name below it, or a loopback address."""
    if host == "localhost" or host.endswith(".localhost"):
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def proxy_for(address: Address, environment: Mapping[str, str]) -> Proxy | None:
    """The proxy the environment names for `address` (HTTPS_PROXY, HTTP_PROXY, ALL_PROXY, NO_PROXY).

    Loopback is never sent to a proxy.
    """
    if is_loopback(address.host) and not environment.get("REACHBACK_PROXY_LOOPBACK"):
        return None
    if _excluded(address.host, _of(environment, "no_proxy")):
        return None
    names = ("https_proxy", "all_proxy") if address.secure else ("http_proxy", "all_proxy")
    url = next((found for name in names if (found := _of(environment, name))), "")
    return _proxy(url) if url else None


def _proxy(url: str) -> Proxy:
    parts = urlsplit(url if "://" in url else f"http://{url}")
    if parts.scheme != "http" or not parts.hostname:
        raise UsageError(
            "proxy", "The proxy in the environment must be written as http://host:port."
        )
    authorization = ""
    if parts.username is not None:
        pair = f"{unquote(parts.username)}:{unquote(parts.password or '')}"
        authorization = "Basic " + base64.b64encode(pair.encode()).decode()
    return Proxy(parts.hostname, _port(parts), authorization)


def _of(environment: Mapping[str, str], name: str) -> str:
    return environment.get(name) or environment.get(name.upper()) or ""


def _excluded(host: str, patterns: str) -> bool:
    for pattern in (part.strip().lstrip(".") for part in patterns.split(",")):
        if pattern == "*" or (pattern and (host == pattern or host.endswith("." + pattern))):
            return True
    return False


def _split(url: str) -> SplitResult:
    parts = urlsplit(url)
    if parts.scheme not in _PORTS or not parts.hostname:
        raise UsageError("address", "The address must be written as https://host[:port][/path].")
    return parts


def _port(parts: SplitResult) -> int:
    try:
        return parts.port or _PORTS[parts.scheme]
    except ValueError as error:
        raise UsageError("address", "The address has a port that is no number.") from error
