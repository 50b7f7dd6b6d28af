"""Answers the front makes itself: errors as a page for people, as JSON for programs."""

import html
from pathlib import Path

from aiohttp import web

_BUILT_IN = """<!doctype html><html lang="en"><head><meta charset="utf-8"><title>{title}</title>
<meta name="viewport" content="width=device-width,initial-scale=1">{refresh}
<style>body{{font:16px/1.5 system-ui,sans-serif;margin:20vh auto;max-width:32rem;padding:0 1rem;
color:#1c2430;background:#f6f7f9}}@media(prefers-color-scheme:dark){{body{{color:#e6e9ef;
background:#12161c}}}}</style></head><body><h1>{title}</h1><p>{sentence}</p></body></html>"""
_REFRESH = '<meta http-equiv="refresh" content="3">'
_POLICY = (
    "default-src 'none'; style-src 'unsafe-inline' 'self'; img-src 'self' data:; script-src 'self'"
)
_HEADERS = {
    "Cache-Control": "no-store",
    "X-Content-Type-Options": "nosniff",
    "Content-Security-Policy": _POLICY,
    "Server": "reachback",
}
_TITLES = {
    403: "Not allowed",
    404: "Not found",
    408: "Too slow",
    413: "Too large",
    503: "Back in a moment",
    504: "No answer in time",
}


def _wants_page(request: web.BaseRequest) -> bool:
    return "text/html" in request.headers.get("Accept", "")


def refuse(request: web.BaseRequest, status: int, code: str, sentence: str) -> web.Response:
    """Return `{code, sentence}` or a small page saying the same, by what the client accepts."""
    headers = dict(_HEADERS)
    if status == 503:
        headers["Retry-After"] = "3"
    if not _wants_page(request):
        answer = web.json_response({"code": code, "sentence": sentence}, status=status)
        answer.headers.update(headers)
        return answer
    title = _TITLES.get(status, "Something went wrong")
    refresh = _REFRESH if status == 503 and request.method == "GET" else ""
    text = _BUILT_IN.format(title=title, sentence=html.escape(sentence), refresh=refresh)
    return web.Response(status=status, text=text, content_type="text/html", headers=headers)


def front_down(request: web.BaseRequest, static: tuple[Path, ...], sentence: str) -> web.Response:
    """Return the 503 page shown while the web process is away; it refreshes itself."""
    if _wants_page(request):
        for folder in static:
            page = folder / "ui" / "front-down.html"
            if page.is_file():
                headers = dict(_HEADERS) | {"Retry-After": "3"}
                return web.Response(
                    status=503, body=page.read_bytes(), content_type="text/html", headers=headers
                )
    return refuse(request, 503, "web-down", sentence)
