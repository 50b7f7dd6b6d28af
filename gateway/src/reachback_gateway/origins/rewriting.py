"""Header hygiene between a technician's browser and a target.

The target sees its own name and nothing of ours; what it sets stays at the session's origin. What
could reach beyond that origin, or outlive it, is taken out.
"""

import mimetypes
from collections.abc import Iterable
from typing import Final
from urllib.parse import urlsplit

from aiohttp import web
from multidict import CIMultiDict

Headers = list[tuple[str, str]]

_HOP: Final = frozenset(
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
        "http2-settings",
    )
)
_NOT_TOLD: Final = frozenset(
    (
        "host",
        "cookie",
        "origin",
        "referer",
        "expect",
        "content-length",
        "forwarded",
        "via",
        "x-real-ip",
        "x-reachback-front",
        "remote-user",
        "upgrade-insecure-requests",
    )
)
#: Reaches other sites, other ports or later visits, or lets other sites read what the target says.
_NOT_TAKEN: Final = frozenset(
    (
        "strict-transport-security",
        "public-key-pins",
        "alt-svc",
        "clear-site-data",
        "report-to",
        "nel",
        "server",
        "date",
        "cross-origin-resource-policy",
        "origin-agent-cluster",
        "set-cookie",
        "location",
        "content-location",
        "refresh",
    )
)
_OURS: Final = {
    "Cross-Origin-Resource-Policy": "same-origin",
    "Origin-Agent-Cluster": "?1",
    "Cache-Control": "no-store",
}
_FRAMES: Final = "frame-ancestors 'self'"
COOKIES: Final = ("reachback_page", "__Host-reachback_page")


def authority(target: str) -> str:
    """How the target is called in Host: without the port that plain HTTP has anyway."""
    return target.removesuffix(":80")


def upgrades(request: web.BaseRequest) -> bool:
    """Whether the browser asks for a WebSocket."""
    return request.headers.get("Upgrade", "").lower() == "websocket"


def shown(request: web.BaseRequest) -> list[str]:
    """The values of our own cookie; a page beside this one may have planted a second."""
    pairs = (part.strip().partition("=") for part in _cookies(request))
    return [value for name, _, value in pairs if name in COOKIES]


def _cookies(request: web.BaseRequest) -> list[str]:
    return [part for line in request.headers.getall("Cookie", []) for part in line.split(";")]


def towards_target(request: web.BaseRequest, target: str) -> Headers:
    """The request's headers as the target gets them."""
    named = {part.strip().lower() for part in request.headers.get("Connection", "").split(",")}
    dropped = named | _HOP | _NOT_TOLD
    kept = [
        (name, value)
        for name, value in request.headers.items()
        if name.lower() not in dropped and not name.lower().startswith("x-forwarded-")
    ]
    found: Headers = [("Host", authority(target)), *kept, *_own_name(request, target)]
    others = [
        part.strip() for part in _cookies(request) if part.strip().partition("=")[0] not in COOKIES
    ]
    if cookies := "; ".join(part for part in others if part):
        found.append(("Cookie", cookies))
    if upgrades(request):
        return [*found, ("Connection", "Upgrade"), ("Upgrade", "websocket")]
    if "Content-Length" in request.headers:
        found.append(("Content-Length", request.headers["Content-Length"]))
    elif request.body_exists:
        found.append(("Transfer-Encoding", "chunked"))
    return found


def _own_name(request: web.BaseRequest, target: str) -> Headers:
    """Origin and Referer, which name the session's origin, name the target instead."""
    found: Headers = []
    for name in ("Origin", "Referer"):
        value = request.headers.get(name, "")
        parts = urlsplit(value)
        if parts.netloc.lower() == request.host.lower():
            rest = value[len(f"{parts.scheme}://{parts.netloc}") :]
            found.append((name, f"http://{authority(target)}{rest}"))
    return found


def towards_browser(
    headers: Iterable[tuple[str, str]], target: str, path: str, *, secure: bool
) -> CIMultiDict[str]:
    """The answer's headers as the browser gets them. `secure`: the origin is reached by TLS."""
    given = list(headers)
    named = {
        part.strip().lower()
        for name, value in given
        if name.lower() == "connection"
        for part in value.split(",")
    }
    kept: CIMultiDict[str] = CIMultiDict()
    for name, value in given:
        lower = name.lower()
        if lower == "set-cookie":
            _add(kept, name, confined(value, secure=secure))
        elif lower in {"location", "content-location"}:
            kept.add(name, moved(value, target))
        elif lower == "refresh":
            delay, mark, url = value.partition("=")
            kept.add(name, f"{delay}{mark}{moved(url.strip(), target)}")
        elif lower not in named | _HOP | _NOT_TAKEN and not _lets_others_read(lower):
            kept.add(name, value)
    kept.setdefault("Content-Type", mimetypes.guess_type(path)[0] or "text/html")
    for name, value in _OURS.items():
        kept.setdefault(name, value)
    kept.add("Content-Security-Policy", _FRAMES)
    return kept


def _add(kept: CIMultiDict[str], name: str, value: str) -> None:
    if value:
        kept.add(name, value)


def _lets_others_read(name: str) -> bool:
    return name.startswith("access-control-")


def moved(url: str, target: str) -> str:
    """An address at the target becomes one at this origin; others are left as they are."""
    parts = urlsplit(url)
    same = parts.netloc.lower() in {target.lower(), authority(target).lower()}
    if not same or parts.scheme not in {"", "http"}:
        return url
    rest = url.split(parts.netloc, 1)[1]
    return rest if rest.startswith("/") else f"/{rest}"


def confined(cookie: str, *, secure: bool) -> str:
    """A Set-Cookie for this origin alone; "" for one that would pass for ours."""
    pair, *attributes = [part.strip() for part in cookie.split(";")]
    if pair.partition("=")[0].strip() in COOKIES:
        return ""
    kept = [pair]
    for each in attributes:
        name, _, value = each.partition("=")
        plain = name.strip().lower()
        if plain == "domain" or (plain == "secure" and not secure):
            continue
        if plain == "samesite" and value.strip().lower() == "none":
            continue  # needs Secure, and nobody embeds this origin
        kept.append(each)
    return "; ".join(kept)
