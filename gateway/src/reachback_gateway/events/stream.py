"""`GET /-/events`: one stream per browser."""

import asyncio

from aiohttp import web

from reachback_gateway.errors import WebRefusedError, WebUnavailableError
from reachback_gateway.events.hub import Hub, Stream
from reachback_gateway.journal import Journal
from reachback_gateway.ports import Identity
from reachback_gateway.proxy.pages import refuse
from reachback_gateway.settings import Limits

_HEADERS = {
    "Content-Type": "text/event-stream; charset=utf-8",
    "Cache-Control": "no-store",
    "X-Accel-Buffering": "no",
    "X-Content-Type-Options": "nosniff",
    "Server": "reachback",
}
_BEAT = b": beat\n\n"


async def serve(
    request: web.Request, *, hub: Hub, identity: Identity, limits: Limits, journal: Journal
) -> web.StreamResponse:
    """Answer the stream until the client leaves, is too slow, or its rights end."""
    if request.headers.get("Sec-Fetch-Site", "same-origin") not in {"same-origin", "none"}:
        journal.say("events.cross_site_refused")
        return refuse(request, 403, "cross-site", "Another site may not listen here.")
    try:
        viewer = await identity.who(request.headers.get("Cookie", ""), request.host)
    except WebRefusedError as problem:
        return refuse(request, 401, problem.code, problem.sentence)
    except WebUnavailableError as problem:
        return refuse(request, 503, problem.code, problem.sentence)
    last = request.headers.get("Last-Event-ID", "")[:64]
    stream = hub.join(viewer, last)
    if request.transport is not None:
        stream.cut = request.transport.abort
    response = web.StreamResponse(headers=_HEADERS)
    try:
        await response.prepare(request)
        await _run(response, stream, limits)
    except (TimeoutError, ConnectionError):
        stream.end("slow-reader")
    finally:
        hub.leave(stream)
        journal.say("events.ended", reason=stream.ended or "client-gone")
        if stream.ended == "slow-reader" and request.transport is not None:
            request.transport.abort()
    return response


async def _run(response: web.StreamResponse, stream: Stream, limits: Limits) -> None:
    while not stream.ended:
        try:
            async with asyncio.timeout(limits.heartbeat):
                await stream.ready.wait()
        except TimeoutError:
            await _write(response, _BEAT, limits)
            continue
        stream.ready.clear()
        waiting = b"".join(stream.queue)
        stream.queue.clear()
        if waiting:
            await _write(response, waiting, limits)


async def _write(response: web.StreamResponse, data: bytes, limits: Limits) -> None:
    async with asyncio.timeout(limits.reader):
        await response.write(data)
