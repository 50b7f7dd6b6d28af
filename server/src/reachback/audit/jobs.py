"""The sequencer's thread: signs a head at least every second when there is news."""

from __future__ import annotations

import logging
import threading

from django.db import DatabaseError, close_old_connections, connection

from reachback.audit import sequencing
from reachback.audit.operations.record import BELL
from reachback.audit.operations.record_troubles import record_troubles
from reachback.kernel import bells, clock

_log = logging.getLogger(__name__)
_LONGEST_SLEEP = 5.0
_GATHER = 0.4  # seconds between batches, so that a busy log signs few heads


def sequence_all() -> int:
    """Sequence every log that has waiting rows until none has; return how many rows."""
    done = 0
    for organisation_id in sequencing.waiting_logs():
        while step := sequencing.sequence(organisation_id, now=clock.now()):
            done += step
    return done


class Sequencer:
    """A thread that sequences whenever something was recorded."""

    def __init__(self) -> None:
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._loop, name="sequencer", daemon=True)

    def start(self) -> None:
        """Start to sequence."""
        self._thread.start()

    def stop(self) -> None:
        """Finish the batch at hand and stop."""
        self._stopping.set()
        bells.bell(BELL).ring()
        self._thread.join(timeout=5)

    def _loop(self) -> None:
        bell = bells.bell(BELL)
        while not self._stopping.is_set():
            rings = bell.rings
            try:
                close_old_connections()
                record_troubles(now=clock.now())
                sequence_all()
            except sequencing.SequencerLost:
                _log.info("another process sequences now")
            except (DatabaseError, OSError):
                _log.exception("the audit log could not be sequenced; trying again")
            bell.sleep(since=rings, seconds=_LONGEST_SLEEP)
            self._stopping.wait(_GATHER)
        connection.close()
