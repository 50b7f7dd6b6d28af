"""The control socket: what the web process asks of the front (docs/protocols/front.md)."""

import hmac
import json
from collections.abc import Awaitable, Callable

from aiohttp import web

from reachback_gateway.errors import FrontError
from reachback_gateway.journal import Journal
from reachback_gateway.ports import Json, Nudge, NudgeSink

Answer = Callable[[Json, str], Awaitable[Json]]
_CONFLICTS = frozenset(
    ("device-offline", "no-nonce", "link-lost", "session-away", "over", "no-tunnel-hosts")
)


class ControlError(FrontError):
    """The question cannot be answered; 400 unless the code says otherwise."""


def nudge_of(value: object) -> Nudge:
    """Read one nudge; raises ControlError `malformed`."""
    if not isinstance(value, dict):
        raise ControlError("malformed", "A nudge is an object.")
    try:
        data = value.get("data") or {}
        return Nudge(
            topic=str(value["topic"]),
            event=str(value["event"]),
            html=str(value.get("html") or ""),
            data=dict(data),
            audience=frozenset(str(key) for key in value["audience"]),
        )
    except (KeyError, TypeError, ValueError) as problem:
        raise ControlError("malformed", f"A nudge cannot be read: {problem!r}") from problem


def audience_of(question: Json) -> frozenset[str]:
    """Read `audience`; raises ControlError `malformed`."""
    audience = question.get("audience")
    if not isinstance(audience, list):
        raise ControlError("malformed", "audience is a list of keys.")
    return frozenset(str(key) for key in audience)


def _status(problem: FrontError) -> int:
    if problem.code in _CONFLICTS:
        return 409
    return {"not-found": 404, "not-in-demo": 404}.get(problem.code, 400)


class Control:
    """The control application: routes, the secret, errors as `{code, sentence}`."""

    def __init__(self, secret: str, journal: Journal, nudges: NudgeSink) -> None:
        self._secret = secret.encode()
        self._journal = journal
        self._nudges = nudges
        self.signed_out: list[Callable[[frozenset[str]], None]] = []
        self.application = web.Application(
            middlewares=[self._guard], client_max_size=16 * 1024 * 1024
        )
        self.post("/nudges", self._publish)
        self.post("/streams/end", self._end_streams)

    def post(self, path: str, answer: Answer) -> None:
        """Route POST `path` (with an optional `{id}`) to `answer(question, id)`."""

        async def handle(request: web.Request) -> web.Response:
            question = await _question(request)
            return web.json_response(await answer(question, request.match_info.get("id", "")))

        self.application.router.add_post(path, handle)

    def get(self, path: str, answer: Callable[[], Json]) -> None:
        """Route GET `path` to `answer()`."""

        async def handle(request: web.Request) -> web.Response:
            return web.json_response(answer())

        self.application.router.add_get(path, handle)

    @web.middleware
    async def _guard(
        self, request: web.Request, handler: Callable[[web.Request], Awaitable[web.StreamResponse]]
    ) -> web.StreamResponse:
        shown = request.headers.get("X-Reachback-Front", "").encode("utf-8", "replace")
        if not hmac.compare_digest(shown, self._secret):
            self._journal.say("control.secret_refused")
            return _error(403, "wrong-secret", "The control socket needs the front's secret.")
        try:
            return await handler(request)
        except FrontError as problem:
            return _error(_status(problem), problem.code, problem.sentence)
        except web.HTTPException as problem:
            return _error(problem.status, f"http-{problem.status}", problem.reason)

    async def _publish(self, question: Json, identity: str) -> Json:
        nudges = question.get("nudges")
        if not isinstance(nudges, list):
            raise ControlError("malformed", "nudges is a list.")
        return {"reached": [self._nudges.publish(nudge_of(value)) for value in nudges]}

    async def _end_streams(self, question: Json, identity: str) -> Json:
        audience = audience_of(question)
        for tell in self.signed_out:
            tell(audience)
        return {"ended": self._nudges.end(audience)}


def _error(status: int, code: str, sentence: str) -> web.Response:
    return web.json_response({"code": code, "sentence": sentence}, status=status)


async def _question(request: web.Request) -> Json:
    raw = await request.read()
    try:
        question = json.loads(raw or b"{}")
    except ValueError as problem:
        raise ControlError("malformed", "The body is not JSON.") from problem
    if not isinstance(question, dict):
        raise ControlError("malformed", "The body is not a JSON object.")
    return question
