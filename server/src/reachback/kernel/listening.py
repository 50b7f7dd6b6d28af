"""On PostgreSQL: hears the bells other processes ring, on a connection of its own."""

from __future__ import annotations

import logging
import threading

import psycopg
from django.db import connection

from reachback.kernel import bells

_log = logging.getLogger(__name__)


class Listener:
    """A thread that listens for NOTIFY and rings the bells of this process."""

    def __init__(self) -> None:
        self._parameters = dict(connection.get_connection_params())
        for django_only in ("cursor_factory", "context", "server_side_binding"):
            self._parameters.pop(django_only, None)
        self._stopping = threading.Event()
        self.listening = threading.Event()
        self._thread = threading.Thread(target=self._loop, name="listener", daemon=True)

    def start(self) -> None:
        """Start to listen."""
        self._thread.start()

    def stop(self) -> None:
        """Stop within a second."""
        self._stopping.set()
        self._thread.join(timeout=5)

    def _loop(self) -> None:
        while not self._stopping.is_set():
            try:
                self._listen()
            except psycopg.Error as error:
                _log.warning("the notification connection broke: %s", error)
                self.listening.clear()
                self._stopping.wait(1.0)

    def _listen(self) -> None:
        with psycopg.connect(**self._parameters, autocommit=True) as heard:
            heard.execute(f"LISTEN {bells.CHANNEL}")
            bells.ring_all()  # whatever was rung while nobody listened
            self.listening.set()
            while not self._stopping.is_set():
                for notice in heard.notifies(timeout=1.0):
                    bells.bell(notice.payload).ring()
