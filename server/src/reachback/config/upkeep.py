"""`reachback status` and `reachback retry`: asked of the process that owns the database."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any
from uuid import UUID

from django.conf import settings
from django.utils.translation import gettext as _

from reachback.kernel import admin, backlog, clock
from reachback.kernel.actors import system
from reachback.kernel.backlog import Failed
from reachback.kernel.database import owner
from reachback.kernel.errors import ReachbackError
from reachback.site.operations import retry_failed
from reachback.site.system import lines, state

Answer = dict[str, Any]
_AT_THE_SERVER = "reachback at the server"


class NoSuchWork(ReachbackError):
    """An id that names no failed work."""


def status(arguments: list[str]) -> int:
    """Print how the system is."""
    parser = argparse.ArgumentParser(prog="reachback status", description=status.__doc__)
    parser.parse_args(arguments)
    return _print(_asked("status", _status, {}))


def retry(arguments: list[str]) -> int:
    """List what failed for good, or try it again: by id, or all of it."""
    parser = argparse.ArgumentParser(prog="reachback retry", description=retry.__doc__)
    parser.add_argument("ids", nargs="*", metavar="ID", help="of the work to try again")
    parser.add_argument("--all", action="store_true", help="everything that failed")
    options = parser.parse_args(arguments)
    question = {"ids": options.ids, "all": options.all}
    return _print(_asked("retry", _retry, question))


def serve_requests() -> None:
    """Let the admin socket of this process answer both."""
    admin.handle("status", _status)
    admin.handle("retry", _retry)


def _asked(kind: str, here: Callable[[Answer], Answer], question: Answer) -> Answer:
    """Answer from this process if nobody owns the database, else ask the one who does."""
    if "sqlite3" not in settings.DATABASES["default"]["ENGINE"]:
        return here(question)
    try:
        with owner.take(Path(settings.REACHBACK_DATA)):
            return here(question)
    except owner.AlreadyOwned:
        return admin.request(Path(settings.ADMIN_SOCKET), kind, **question)


def _print(answer: Answer) -> int:
    sys.stdout.write("".join(f"{line}\n" for line in answer["lines"]))
    return 0


def _status(_question: Answer) -> Answer:
    return {"lines": list(lines(state(system(_AT_THE_SERVER), now=clock.now())))}


def _retry(question: Answer) -> Answer:
    ids = None if question.get("all") else _ids(question.get("ids") or [])
    if ids is not None and not ids:
        found = backlog.failed()
        said = [_("%(count)s failed.") % {"count": len(found)}]
        said += [_line(each) for each in found]
        return {"lines": said}
    done = retry_failed(actor=system(_AT_THE_SERVER), now=clock.now(), ids=ids)
    if ids and not done:
        raise NoSuchWork("no-such-work", _("No failed work has this id: see reachback retry."))
    said = [_("%(count)s tried again.") % {"count": len(done)}]
    return {"lines": said + [_line(each) for each in done]}


def _ids(words: list[str]) -> list[UUID]:
    try:
        return [UUID(str(word)) for word in words]
    except ValueError as error:
        raise NoSuchWork("no-such-work", _("This is not an id: see reachback retry.")) from error


def _line(work: Failed) -> str:
    since = "" if work.since is None else f"{work.since:%Y-%m-%d %H:%M}"
    error = " ".join("".join(c if c.isprintable() else " " for c in work.error).split())
    return f"{work.id}  {since}  {work.what}: {error}"
