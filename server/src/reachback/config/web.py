"""The web process: Django behind waitress on a Unix socket, and the workers beside it."""

from __future__ import annotations

import argparse
import logging
import signal
import socketserver
import threading
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from pathlib import Path

from django.conf import settings
from django.core.management import call_command
from django.core.wsgi import get_wsgi_application
from django.db import connection
from waitress.server import create_server

from reachback.audit.jobs import Sequencer
from reachback.config import manage, upkeep
from reachback.config.environment import envbool
from reachback.delivery.jobs import carriers
from reachback.kernel import admin, listening, nudges, worker
from reachback.kernel.database import owner, versions

_log = logging.getLogger(__name__)
_OWNER_PATIENCE = 20.0
_MIGRATING = 7_243_001  # key of the advisory lock, any number that is only ours


class WebServer:
    """Waitress on the web socket, in a thread of its own."""

    def __init__(self, path: Path) -> None:
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        self._server = create_server(
            get_wsgi_application(),
            unix_socket=str(path),
            unix_socket_perms="600",
            threads=settings.WEB_THREADS,
            channel_timeout=60,
            connection_limit=200,
            max_request_body_size=80 * 1024 * 1024,
            ident=None,
            # Only the front reaches this socket, and it removes what the outside sent.
            trusted_proxy="*",
            trusted_proxy_headers={"x-forwarded-for", "x-forwarded-proto"},
            clear_untrusted_proxy_headers=True,
        )
        self._thread = threading.Thread(target=self._server.run, name="waitress", daemon=True)

    def start(self) -> None:
        """Start to answer."""
        self._thread.start()

    def stop(self) -> None:
        """Finish the requests at hand and stop."""
        self._server.task_dispatcher.shutdown()
        self._server.close()


class Workers:
    """Everything the web process does beside answering requests."""

    def __init__(self) -> None:
        self._worker = worker.Worker()
        self._sequencer = Sequencer()
        self._listener = listening.Listener() if connection.vendor == "postgresql" else None
        self._admin: socketserver.BaseServer | None = None

    def start(self) -> None:
        """Start to work."""
        nudges.start_sender()
        if self._listener is not None:
            self._listener.start()
        carriers.start()
        self._worker.start()
        self._sequencer.start()
        self._admin = admin.serve(Path(settings.ADMIN_SOCKET))

    def stop(self) -> None:
        """Finish what is at hand and stop."""
        if self._admin is not None:
            self._admin.shutdown()
            self._admin.server_close()
        self._worker.stop()
        carriers.stop()
        self._sequencer.stop()
        nudges.stop_sender()
        if self._listener is not None:
            self._listener.stop()


@contextmanager
def _migration_lock() -> Iterator[None]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_lock(%s)", [_MIGRATING])
        try:
            yield
        finally:
            cursor.execute("SELECT pg_advisory_unlock(%s)", [_MIGRATING])


def prepare_database() -> None:
    """Bring the tables up to date; on SQLite also free what a killed predecessor held."""
    embedded = connection.vendor == "sqlite"
    if embedded:
        versions.warn_if_old()
    if envbool("REACHBACK_MIGRATE", default=True):
        with nullcontext() if embedded else _migration_lock():
            call_command("migrate", verbosity=0, interactive=False)
    if embedded:
        freed = worker.release_all()
        if freed:
            _log.info("%s pieces of work of a predecessor are due again", freed)


def collect_static() -> None:
    """Copy static files to where the front serves them."""
    call_command("collectstatic", verbosity=0, interactive=False)


def main(arguments: list[str]) -> int:
    """Run the web process until SIGTERM or SIGINT; return the exit status."""
    parser = argparse.ArgumentParser(prog="reachback web", description=__doc__)
    parser.add_argument("--no-http", action="store_true", help="workers only")
    options = parser.parse_args(arguments)
    stopping = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stopping.set())
    with owner.take(settings.REACHBACK_DATA, patience=_OWNER_PATIENCE):
        prepare_database()
        collect_static()
        manage.serve_requests()
        upkeep.serve_requests()
        workers = Workers()
        workers.start()
        server = None if options.no_http else WebServer(Path(settings.WEB_SOCKET))
        if server is not None:
            server.start()
        _log.info("ready on %s", settings.WEB_SOCKET)
        stopping.wait()
        if server is not None:
            server.stop()
        workers.stop()
        connection.close()
    return 0
