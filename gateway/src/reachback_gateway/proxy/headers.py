"""Header hygiene between the outside and the web process.

Hop-by-hop headers end here; everything a client could use to pass for the front or for another
address is removed; names with an underscore are removed because WSGI cannot tell them from a
hyphen.
"""

import ipaddress
import secrets
from collections.abc import Iterable

from aiohttp import web
from multidict import CIMultiDict

from reachback_gateway.settings import Network

_HOP = frozenset(
    (
        "connection",
        "keep-alive",
        "proxy-authenticate",
        "proxy-authorization",
        "proxy-connection",
        "te",
        "trailer",
        "transfer-encoding",
        "upgrade",
        "expect",
        "http2-settings",
    )
)
_OURS = frozenset(
    (
        "x-forwarded-for",
        "x-forwarded-proto",
        "x-forwarded-host",
        "x-forwarded-port",
        "x-forwarded-prefix",
        "x-forwarded-ssl",
        "x-forwarded-server",
        "forwarded",
        "x-real-ip",
        "x-request-id",
        "x-reachback-front",
        "remote-user",
        "via",
        "x-original-url",
        "x-rewrite-url",
        "content-length",
    )
)
_ANSWER_ONLY = frozenset(("server", "date"))


def _named(value: str | None) -> frozenset[str]:
    return frozenset(part.strip().lower() for part in (value or "").split(","))


def _trusted(address: str, proxies: Iterable[Network]) -> bool:
    try:
        parsed = ipaddress.ip_address(address)
    except ValueError:
        return False
    return any(parsed in network for network in proxies)


def client(request: web.BaseRequest, proxies: tuple[Network, ...]) -> tuple[str, str]:
    """Return (address, scheme) of the client, believing forwarded headers only from `proxies`."""
    address = request.remote or "127.0.0.1"
    scheme = (
        "https" if request.transport and request.transport.get_extra_info("ssl_object") else "http"
    )
    if not _trusted(address, proxies):
        return address, scheme
    if request.headers.get("X-Forwarded-Proto", "").lower() in {"http", "https"}:
        scheme = request.headers["X-Forwarded-Proto"].lower()
    hops = [
        hop.strip() for hop in ",".join(request.headers.getall("X-Forwarded-For", [])).split(",")
    ]
    for hop in reversed([hop for hop in hops if hop]):
        try:
            address = str(ipaddress.ip_address(hop))
        except ValueError:
            break
        if not _trusted(address, proxies):
            break
    return address, scheme


def towards_web(request: web.BaseRequest, address: str, scheme: str) -> CIMultiDict[str]:
    """Return the headers the web process is given; adds address, scheme and a request id."""
    dropped = _named(request.headers.get("Connection")) | _HOP | _OURS
    kept: CIMultiDict[str] = CIMultiDict()
    for name, value in request.headers.items():
        if name.lower() not in dropped and "_" not in name:
            kept.add(name, value)
    kept["X-Forwarded-For"] = address
    kept["X-Forwarded-Proto"] = scheme
    kept["X-Request-Id"] = secrets.token_hex(8)
    return kept


def towards_client(headers: Iterable[tuple[str, str]], connection: str | None) -> CIMultiDict[str]:
    """Return the answer's headers without what belongs to the hop behind the front."""
    dropped = _named(connection) | _HOP | _ANSWER_ONLY
    kept: CIMultiDict[str] = CIMultiDict()
    for name, value in headers:
        if name.lower() not in dropped:
            kept.add(name, value)
    kept["Server"] = "reachback"
    return kept
