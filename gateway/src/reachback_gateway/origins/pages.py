"""The pages an origin shows itself: the way in, and what is wrong with a target."""

import html
from typing import Final

from aiohttp import web

_STYLE: Final = """
:root{color-scheme:light dark;--ground:light-dark(#f5f4f2,#141210);
--surface:light-dark(#fff,#1c1a18);--line:light-dark(#e5e2de,#322e2a);
--ink:light-dark(#1c1917,#f3f0ed);--ink-2:light-dark(#504b46,#c2bbb4);
--accent:light-dark(#0f5e59,#5fcabf);--accent-ink:light-dark(#fff,#06211f)}
*{box-sizing:border-box}
body{margin:0;min-height:100vh;display:grid;place-items:center;padding:1rem;
background:var(--ground);color:var(--ink);
font:1rem/1.55 system-ui,-apple-system,"Segoe UI",Roboto,"Noto Sans",sans-serif}
main{width:100%;max-width:34rem;background:var(--surface);border:1px solid var(--line);
border-radius:10px;padding:1.75rem 2rem}
header{display:flex;gap:.6rem;align-items:center;color:var(--accent);font-weight:650;
margin-bottom:1.25rem}
header svg{width:1.6rem;height:1.6rem}header svg g{stroke:var(--accent-ink)}
h1{font-size:1.3rem;line-height:1.3;margin:0 0 .6rem}
p{margin:.5rem 0;overflow-wrap:anywhere}
.quiet{color:var(--ink-2);font-size:.9rem}
a.button{display:inline-block;margin-top:1rem;padding:.5rem 1rem;border-radius:6px;
background:var(--accent);color:var(--accent-ink);text-decoration:none;font-weight:600}
a.button:focus-visible{outline:2px solid var(--accent);outline-offset:2px}
"""
_PAGE: Final = """<!doctype html><html lang="en"><head><meta charset="utf-8">
<meta name="viewport" content="width=device-width,initial-scale=1">
<meta name="referrer" content="no-referrer">{head}<title>{title} · Reachback</title>
<style>{style}</style></head><body><main><header>
<svg viewBox="0 0 32 32" fill="none" aria-hidden="true"><rect width="32" height="32" rx="8"
fill="currentColor"></rect><g stroke-width="2.75" stroke-linecap="round" stroke-linejoin="round">
<path d="M8 22.5h9.5a6.25 6.25 0 0 0 0-12.5H10"></path><path d="m13.75 5.5-4.5 4.5 4.5 4.5"></path>
</g></svg><span>Reachback</span></header><h1>{title}</h1><p>{sentence}</p>{advice}{button}</main>
</body></html>"""
_HEADERS: Final = {
    "Cache-Control": "no-store",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Content-Security-Policy": (
        "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'self'; base-uri 'none'"
    ),
    "Server": "reachback",
}
_LOOK: Final = "Look at the session's page: it says what the device answered."
_HTTPS: Final = (
    "Here only plain HTTP is opened. Use the command `reachback tunnel DEVICE 8443:HOST:PORT` and "
    "open https://127.0.0.1:8443/; your browser then asks about the target's certificate."
)
#: code: (status, title, what to do). Codes not named here are the device's or the contract's.
_SAID: Final = {
    "not-yours": (
        403,
        "This page is closed here",
        "Open it from the session's page, in the browser you are signed in with.",
    ),
    "other-site": (403, "Another site may not ask here", "Open the page from its own tab."),
    "ticket": (403, "This address has served", "Press Open page again on the session's page."),
    "over": (410, "The session is over", "Nothing of it is reached any more. Close this tab."),
    "session-away": (503, "The session's page is not there", "Then load this page again."),
    "busy": (503, "Too much at once", "Close what loads in other tabs of this page."),
    "silent": (504, "The target does not answer", "It took the connection and said nothing."),
    "tls": (
        502,
        "The target speaks HTTPS",
        _HTTPS,
    ),
    "no-http": (502, "The target does not speak HTTP", "For other programs use reachback tunnel."),
    "device-offline": (503, "The device has no link", "The page works again when it is back."),
    "connect": (502, "The target does not listen", "Is its service running? Then load again."),
    "dns": (502, "The target's name is unknown there", _LOOK),
    "reset": (502, "The target broke the connection", "Load the page again."),
}


def refuse(request: web.BaseRequest, code: str, sentence: str) -> web.Response:
    """A page, or a line of text for programs, that says what is wrong and what to do."""
    status, title, advice = _SAID.get(code, (502, "The page cannot be reached", _LOOK))
    headers = dict(_HEADERS)
    if status == 503:
        headers["Retry-After"] = "3"
    if "text/html" not in request.headers.get("Accept", ""):
        text = f"{title}. {sentence}\n"
        return web.Response(status=status, text=text, headers=headers)
    again = status >= 500 and request.method in {"GET", "HEAD"}
    page = _PAGE.format(
        head="",
        title=title,
        style=_STYLE,
        sentence=html.escape(sentence),
        advice=f'<p class="quiet">{html.escape(advice)}</p>',
        button='<a class="button" href="">Try again</a>' if again else "",
    )
    return web.Response(status=status, text=page, content_type="text/html", headers=headers)


def entered() -> web.Response:
    """The way in: a page of this origin that goes on to the target's first page.

    A redirect would not do: the cookie is SameSite=Strict, and what another site begins does not
    carry it.
    """
    page = _PAGE.format(
        head='<meta http-equiv="refresh" content="0;url=/">',
        title="Opening…",
        style=_STYLE,
        sentence="The page is being fetched through the device.",
        advice="",
        button='<a class="button" href="/">Go on</a>',
    )
    return web.Response(text=page, content_type="text/html", headers=dict(_HEADERS))
