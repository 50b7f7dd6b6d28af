"""Client of the front's control socket: JSON over HTTP, as docs/protocols/front.md has it."""

import http.client
import json
import socket
from pathlib import Path
from typing import Any

from django.conf import settings
from django.utils.translation import gettext as _
from typing_extensions import override

from reachback.kernel.errors import ReachbackError, Unavailable
from reachback.kernel.transactions import assert_not_writing

SECRET_HEADER = "X-Reachback-Front"  # noqa: S105 - a header's name
_LARGEST_ANSWER = 8 * 1024 * 1024


class FrontUnavailable(Unavailable):
    """The front does not answer on its socket."""

    def __init__(self, reason: str) -> None:
        sentence = _("The front of this installation does not answer. Try again in a moment.")
        super().__init__("front-unavailable", sentence, reason=reason)


class FrontRefused(ReachbackError):
    """The front answered with an error of its own; `code` and `sentence` are the front's."""

    status = 409

    def __init__(self, code: str, sentence: str, status: int) -> None:
        super().__init__(code, sentence, front_status=status)


class _SocketConnection(http.client.HTTPConnection):
    def __init__(self, path: Path, timeout: float) -> None:
        super().__init__("front", timeout=timeout)
        self._path = path

    @override
    def connect(self) -> None:
        self.sock = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self.sock.settimeout(self.timeout)
        self.sock.connect(str(self._path))


def secret() -> str:
    """Return the secret the two processes share; FrontUnavailable if there is none yet."""
    try:
        return Path(settings.FRONT_SECRET).read_text("ascii").strip()
    except OSError as error:
        raise FrontUnavailable(str(error)) from error


def ask(path: str, body: dict[str, Any] | None = None, *, seconds: float = 5.0) -> dict[str, Any]:
    """POST `body` (GET if None) to the front and return its JSON answer.

    Raises FrontUnavailable when it cannot be reached in `seconds`, FrontRefused when it says no.
    """
    assert_not_writing("asking the front")
    headers = {SECRET_HEADER: secret(), "Content-Type": "application/json"}
    connection = _SocketConnection(Path(settings.FRONT_SOCKET), seconds)
    try:
        payload = None if body is None else json.dumps(body)
        connection.request("GET" if body is None else "POST", path, payload, headers)
        with connection.getresponse() as response:
            raw, status = response.read(_LARGEST_ANSWER), response.status
        answer = json.loads(raw or b"{}")
    except (OSError, http.client.HTTPException, ValueError) as error:
        raise FrontUnavailable(str(error)) from error
    finally:
        connection.close()
    return _checked(answer, status)


def _checked(answer: object, status: int) -> dict[str, Any]:
    if not isinstance(answer, dict):
        raise FrontUnavailable("the answer is not an object")
    if status >= http.client.BAD_REQUEST:
        code, sentence = str(answer.get("code", "front")), str(answer.get("sentence", ""))
        raise FrontRefused(code[:100], sentence[:500], status)
    return answer
