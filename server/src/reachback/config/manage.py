"""`reachback manage`, `migrate`, `backup`: inside the web process if it runs, else right here."""

from __future__ import annotations

import io
import sys
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management import CommandError, call_command, get_commands
from django.utils.translation import gettext as _

from reachback.kernel import admin
from reachback.kernel.database import backup as backups
from reachback.kernel.database import owner
from reachback.kernel.errors import ReachbackError

#: Commands that never open the database: run here, whoever owns it.
_WITHOUT_DATABASE = frozenset(
    {"makemessages", "compilemessages", "collectstatic", "findstatic", "diffsettings", "check"}
)
#: Commands that talk to a terminal: impossible inside the web process.
_INTERACTIVE = frozenset({"shell", "dbshell", "createsuperuser", "changepassword", "runserver"})


class NotWhileRunning(ReachbackError):
    """This command needs the database for itself."""


def main(arguments: list[str]) -> int:
    """Run a management command where it may write; print what it printed."""
    if not arguments or arguments[0] in {"-h", "--help", "help"}:
        sys.stdout.write("\n".join(sorted(get_commands())) + "\n")
        return 0
    name = arguments[0]
    if name in _WITHOUT_DATABASE or not _embedded():
        return _run_here(arguments)
    try:
        with owner.take(Path(settings.REACHBACK_DATA)):
            return _run_here(arguments)
    except owner.AlreadyOwned:
        return _run_there(name, arguments)


def migrate(arguments: list[str]) -> int:
    """Bring the tables up to date."""
    return main(["migrate", *arguments])


def backup(arguments: list[str]) -> int:
    """Copy the live database to a new file."""
    if len(arguments) != 1:
        sys.stderr.write("usage: reachback backup FILE\n")
        return 2
    destination = Path(arguments[0]).expanduser().absolute()
    try:
        with owner.take(Path(settings.REACHBACK_DATA)):
            size = backups.backup(destination)
    except owner.AlreadyOwned:
        path = Path(settings.ADMIN_SOCKET)
        size = int(admin.request(path, "backup", file=str(destination))["size"])
    sys.stdout.write(f"{destination}: {size} bytes\n")
    return 0


def serve_requests() -> None:
    """Let the admin socket of this process run commands and backups."""
    admin.handle("manage", _answer_manage)
    admin.handle("backup", _answer_backup)


def _embedded() -> bool:
    return "sqlite3" in settings.DATABASES["default"]["ENGINE"]


def _run_here(arguments: list[str]) -> int:
    try:
        call_command(*arguments)
    except CommandError as error:
        sys.stderr.write(f"{error}\n")
        return error.returncode
    return 0


def _run_there(name: str, arguments: list[str]) -> int:
    if name in _INTERACTIVE:
        sentence = _("Stop Reachback first: %(command)s needs the database for itself.")
        raise NotWhileRunning("not-while-running", sentence % {"command": name})
    answer = admin.request(Path(settings.ADMIN_SOCKET), "manage", arguments=arguments)
    sys.stdout.write(answer["stdout"])
    sys.stderr.write(answer["stderr"])
    return int(answer["status"])


def _answer_manage(request: dict[str, Any]) -> dict[str, Any]:
    words = [str(word) for word in request["arguments"]]
    stdout, stderr, status = io.StringIO(), io.StringIO(), 0
    try:
        call_command(*words, stdout=stdout, stderr=stderr)
    except CommandError as error:
        stderr.write(f"{error}\n")
        status = error.returncode
    return {"status": status, "stdout": stdout.getvalue(), "stderr": stderr.getvalue()}


def _answer_backup(request: dict[str, Any]) -> dict[str, Any]:
    return {"size": backups.backup(Path(str(request["file"])))}
