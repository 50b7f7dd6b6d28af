"""Files as a holder's job: requests on one side, the channel's testimony on the other."""

from __future__ import annotations

import os
import pwd
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from reachback_connector.errors import ConnectorError
from reachback_connector.files.paths import FileRefused, Territory
from reachback_connector.files.requests import REQUEST, Requests
from reachback_connector.holder.channel import ChannelHolder, clock
from reachback_connector.holder.intake import Intake
from reachback_wire.units import CtrlUnit, DataUnit

HELD_MOST: Final = 1 << 19  # unacknowledged bytes in memory above which nothing more is read
_LATER: Final = 60.0


class FilesIntake(Intake):
    """Requests and content in the order they came."""

    window = 1 << 20

    def __bool__(self) -> bool:
        return bool(self._queue)


class FilesJob:
    """One files channel. All work is done with the contract's user's effective ids."""

    def __init__(self, wanted: tuple[str, str], holder: ChannelHolder) -> None:
        operation, path = wanted
        self._holder = holder
        self._intake = FilesIntake()
        self._user = _account(holder.plan.user)
        os.umask(0o022)
        if os.geteuid() == 0:
            os.initgroups(self._user.pw_name, self._user.pw_gid)
        with self._as_user():
            try:
                territory = Territory(path, holder.plan.limits)
            except FileRefused as problem:
                raise ConnectorError("parameter-refused", problem.sentence) from problem
        self._requests = Requests(operation, territory, holder.testimony, holder.plan.scan)

    @contextmanager
    def _as_user(self) -> Iterator[None]:
        """Effective ids decide what the kernel lets a process open; the saved ones bring us back.

        Between its works the process is itself: the helper asks the kernel who wants a receipt.
        """
        own = os.geteuid(), os.getegid()
        if own[0] == 0:
            os.setegid(self._user.pw_gid)
            os.seteuid(self._user.pw_uid)
        try:
            yield
        finally:
            if own[0] == 0:
                os.seteuid(own[0])
                os.setegid(own[1])

    @property
    def intake(self) -> FilesIntake:
        return self._intake

    @property
    def gone(self) -> bool:
        return True

    def wanted(self) -> dict[int, int]:
        return {}

    def moment(self, now: float) -> float:
        """At once while a file is read and there is room; else somebody's word wakes us."""
        return now if self._requests.reads and self._has_room() else now + _LATER

    def _has_room(self) -> bool:
        """Files can wait, so nothing is read that nobody takes."""
        return self._holder.may_send and self._holder.log.held < HELD_MOST

    def serve(self, ready: dict[int, int], now: float) -> None:
        if self._intake or self._requests.reads:
            with self._as_user():
                self._take(clock())
                self._requests.go_on(self._has_room, clock())

    def _take(self, now: int) -> None:
        """What came, while there is room for the answers."""
        while self._intake and not self._over and self._holder.log.held < HELD_MOST:
            unit = self._intake.pop()
            if isinstance(unit, DataUnit):
                self._requests.content(unit.data, now)
            elif isinstance(unit, CtrlUnit) and unit.kind == REQUEST:
                self._requests.ask(unit.body, now)
            self._requests.finish(now)

    @property
    def _over(self) -> bool:
        return self._holder.was_cut or self._holder.ended_at is not None

    def look_for_the_end(self, now: float) -> None:
        """Files end when the technician or an authority says so."""

    def hang_up(self) -> None:
        self._end(0)

    def cut(self, *, killed: bool) -> None:
        """Frozen or killed is the same here: nothing runs on by itself."""
        self._end(None)

    def _end(self, status: int | None) -> None:
        self._requests.stop()
        self._holder.testimony.exit(status, None, clock())
        self._holder.finished()


def _account(user: str) -> pwd.struct_passwd:
    """The user whose files these are. ConnectorError when this process cannot be them."""
    try:
        account = pwd.getpwnam(user)
    except KeyError:
        sentence = f"There is no user {user[:64]!r} on this device."
        raise ConnectorError("parameter-refused", sentence) from None
    if os.geteuid() not in {0, account.pw_uid}:
        sentence = f"The connector does not run as {user[:64]} and cannot become them."
        raise ConnectorError("parameter-refused", sentence)
    return account
