"""Static files: `/static/…` from the folders the environment names."""

import asyncio
import re
from pathlib import Path, PurePosixPath

from aiohttp import web

from reachback_gateway.proxy.pages import refuse

# Names that carry a digest of their content never change; others are asked for again each time.
_DIGESTED = re.compile(r"\.[0-9a-f]{8,64}\.[A-Za-z0-9.]+$")
_FOREVER = "public, max-age=31536000, immutable"
_ASK_AGAIN = "no-cache"


def _find(folders: tuple[Path, ...], name: str) -> Path | None:
    relative = PurePosixPath(name)
    hidden = any(part.startswith(".") for part in relative.parts)
    if relative.is_absolute() or hidden or "\\" in name or "\0" in name:
        return None
    for folder in folders:
        found = (folder / relative).resolve()
        if found.is_relative_to(folder.resolve()) and found.is_file():
            return found
    return None


async def serve(request: web.Request, folders: tuple[Path, ...]) -> web.StreamResponse:
    """Answer one file, with caching by whether its name carries a digest."""
    name = request.match_info["name"]
    found = await asyncio.to_thread(_find, folders, name)
    if found is None:
        return refuse(request, 404, "not-found", "There is no such file.")
    fixed = _DIGESTED.search(name) or "v" in request.query
    headers = {
        "Cache-Control": _FOREVER if fixed else _ASK_AGAIN,
        "X-Content-Type-Options": "nosniff",
        "Server": "reachback",
    }
    return web.FileResponse(found, headers=headers)
