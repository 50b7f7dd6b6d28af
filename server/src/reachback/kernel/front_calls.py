"""Views the front calls (`/-/front/…`): only with the shared secret, JSON in, JSON out."""

import hmac
import json
from collections.abc import Callable
from functools import wraps
from typing import Any

from django.db import OperationalError
from django.http import HttpRequest, JsonResponse
from django.views.decorators.csrf import csrf_exempt

from reachback.kernel import front, troubles
from reachback.kernel.errors import DatabaseBusy, NotPermitted, ReachbackError

_LARGEST_CALL = 4 * 1024 * 1024


class NotTheFront(NotPermitted):
    """The call does not carry the secret the two processes share."""

    def __init__(self) -> None:
        super().__init__("not-the-front", "Only the front may ask this.")


def _question(request: HttpRequest) -> dict[str, Any]:
    given = request.headers.get(front.SECRET_HEADER, "")
    if not hmac.compare_digest(given.encode(), front.secret().encode()):
        raise NotTheFront
    try:
        value = json.loads(request.body[:_LARGEST_CALL])
    except (ValueError, RecursionError) as error:
        raise ReachbackError("malformed", "The question is not JSON.") from error
    if request.method != "POST" or not isinstance(value, dict):
        raise ReachbackError("malformed", "The question is not an object that was posted.")
    return value


def _said(error: ReachbackError) -> JsonResponse:
    said = {"code": error.code, "sentence": error.sentence}
    return JsonResponse(said, status=error.status)


def from_front(answer: Callable[[dict[str, Any]], dict[str, Any]]) -> Callable[..., JsonResponse]:
    """Make a view of `answer(question) -> answer`; a ReachbackError becomes `{code, sentence}`.

    An integer, text or id that is missing or of another type answers 400 `malformed`.
    """

    @csrf_exempt
    @wraps(answer)
    def view(request: HttpRequest) -> JsonResponse:
        try:
            return JsonResponse(answer(_question(request)))
        except ReachbackError as error:
            return _said(error)
        except OperationalError as error:
            if troubles.is_locked(error):
                return _said(DatabaseBusy())
            raise
        except (KeyError, TypeError, ValueError) as error:
            said = {"code": "malformed", "sentence": f"The question lacks something: {error!s:.80}"}
            return JsonResponse(said, status=400)

    return view
