"""Requests on a files channel: which are allowed here, done one at a time, each answered."""

from __future__ import annotations

import hashlib
import json
import os
from collections import OrderedDict
from collections.abc import Callable
from typing import Any, Final

from reachback_connector.files import changing, listing, scanning
from reachback_connector.files.paths import FileRefused, Territory, refused
from reachback_connector.files.reading import Reading
from reachback_connector.files.writing import Writing
from reachback_connector.holder.testimony import Testimony
from reachback_wire.scans import ScanDemand

REQUEST: Final = 24
ANSWER: Final = 48
_READ: Final = frozenset({"list", "stat", "get", "stop"})
_WRITE: Final = frozenset({"stat", "put", "rename", "remove", "mkdir", "stop"})
_REMEMBERED: Final = 64
_ID_MOST: Final = 64
_STEPS: Final = 8  # pieces of a file between two looks at the sockets


class Requests:
    """What was asked on this channel and what is under way: at most one `get` or `put`."""

    def __init__(
        self,
        operation: str,
        territory: Territory,
        testimony: Testimony,
        scan: ScanDemand | None = None,
    ) -> None:
        self._allowed = _READ if operation == "read" else _WRITE
        self._territory = territory
        self._testimony = testimony
        self._scan = scan
        self._scanned: dict[str, Any] = {}
        self._reading: Reading | None = None
        self._writing: Writing | None = None
        self._answers: OrderedDict[str, dict[str, Any]] = OrderedDict()
        self.note = ""

    @property
    def reads(self) -> bool:
        """Whether a file's content waits to be sent."""
        return self._reading is not None

    def ask(self, body: bytes, now: int) -> None:
        """One request, answered at once or begun. A repeated id gets its first answer again."""
        request = _request(body)
        number = str(request.get("id", ""))[:_ID_MOST]
        if number in self._answers:
            self._send(self._answers[number])
            return
        try:
            answer = self._do(request, now)
        except (FileRefused, OSError) as problem:
            self._refuse(number, problem, body, now)
            return
        self._send({"id": number, "ok": True, **answer})

    def _do(self, request: dict[str, Any], now: int) -> dict[str, Any]:
        operation = str(request.get("do", ""))
        if operation not in self._allowed:
            raise FileRefused("operation", f"This channel does not {operation[:20] or 'do this'}.")
        path = request.get("path", "")
        if not isinstance(path, str) or not isinstance(request.get("offset", 0), int):
            raise FileRefused("malformed", "A request names a path and whole numbers.")
        return _DOING[operation](self, request, now)

    def _list(self, request: dict[str, Any], now: int) -> dict[str, Any]:
        start = request.get("from", 0)
        path = str(request.get("path") or self._territory.root)
        page = listing.list_folder(self._territory, path, start if isinstance(start, int) else 0)
        self._told("list", {"path": page["path"]}, now)
        return page

    def _stat(self, request: dict[str, Any], now: int) -> dict[str, Any]:
        path = str(request.get("path") or self._territory.root)
        with self._territory.place(path) as (place, real):
            found = listing.describe(real.rpartition("/")[2], os.fstat(place))
        return {"path": real, "entry": found}

    def _get(self, request: dict[str, Any], now: int) -> dict[str, Any]:
        self._check_free()
        self._reading = Reading(self._territory, {**request, "id": str(request.get("id", ""))})
        return {"begun": True, **self._reading.begun}

    def _put(self, request: dict[str, Any], now: int) -> dict[str, Any]:
        self._check_free()
        scanned = scanning.check(self._scan, request, now)
        self._writing = Writing(self._territory, {**request, "id": str(request.get("id", ""))})
        self._scanned = scanned
        return {"begun": True, **self._writing.begun}

    def _rename(self, request: dict[str, Any], now: int) -> dict[str, Any]:
        done = changing.rename(self._territory, str(request["path"]), str(request.get("to", "")))
        return self._done(request, "rename", done, now)

    def _remove(self, request: dict[str, Any], now: int) -> dict[str, Any]:
        done = changing.remove(self._territory, str(request["path"]))
        return self._done(request, "remove", done, now)

    def _mkdir(self, request: dict[str, Any], now: int) -> dict[str, Any]:
        done = changing.mkdir(self._territory, str(request["path"]))
        return self._done(request, "mkdir", done, now)

    def _stop(self, request: dict[str, Any], now: int) -> dict[str, Any]:
        self.stop()
        return {}

    def _check_free(self) -> None:
        if self._reading is not None or self._writing is not None:
            raise FileRefused("busy", "Another file is under way on this channel.")

    def _done(
        self, request: dict[str, Any], operation: str, done: dict[str, Any], now: int
    ) -> dict[str, Any]:
        self._told(operation, done, now)
        number = str(request.get("id", ""))[:_ID_MOST]
        self._remember({"id": number, "ok": True, **done})
        return done

    def _remember(self, answer: dict[str, Any]) -> None:
        self._answers[str(answer["id"])] = answer
        while len(self._answers) > _REMEMBERED:
            self._answers.popitem(last=False)

    def go_on(self, room: Callable[[], bool], now: int) -> None:
        """Send more of the file being read while there is `room`."""
        for _ in range(_STEPS):
            if self._reading is None or not room():
                return
            self._step(self._reading, now)

    def _step(self, reading: Reading, now: int) -> None:
        try:
            done = reading.step(self._testimony.content)
        except FileRefused as problem:
            self.stop()
            self._refuse(reading.id, problem, b"", now)
            return
        if done is not None:
            self.stop()
            self._told("get", done, now)
            self._send({"id": reading.id, "ok": True, "done": True, **done})

    def content(self, data: bytes, now: int) -> None:
        """Bytes from the technician: the file being written's, else they come too late."""
        writing = self._writing
        if writing is None:
            return
        try:
            writing.take(data)
        except FileRefused as problem:
            self.stop()
            self._refuse(writing.id, problem, b"", now)

    def finish(self, now: int) -> None:
        """Put the file in its place when its last byte has come."""
        writing = self._writing
        if writing is None or not writing.whole:
            return
        try:
            done = writing.finish()
        except FileRefused as problem:
            self._refuse(writing.id, problem, b"", now)
        else:
            self._told("put", {**done, **self._scanned}, now)
            answer = {"id": writing.id, "ok": True, "done": True, **done}
            self._remember(answer)
            self._send(answer)
        self.stop()

    def stop(self) -> None:
        """Nothing is under way any more; a half-written file waits for its rest."""
        for work in (self._reading, self._writing):
            if work is not None:
                work.close()
        self._reading = self._writing = None

    def _refuse(self, number: str, problem: FileRefused | OSError, body: bytes, now: int) -> None:
        found = refused(problem) if isinstance(problem, OSError) else problem
        if found.denied:
            digest = f"sha256:{hashlib.sha256(body).hexdigest()}"
            told = {"code": found.code, "sentence": found.sentence, "request": digest}
            self._testimony.denied(told, now)
        answer = {"id": number, "ok": False, "code": found.code, "sentence": found.sentence}
        self._send({**answer, **found.data})

    def _told(self, operation: str, done: dict[str, Any], now: int) -> None:
        self._testimony.file({"operation": operation, **_writable(done)}, now)

    def _send(self, answer: dict[str, Any]) -> None:
        body = json.dumps(_writable(answer), ensure_ascii=False, separators=(",", ":"))
        self._testimony.untold(ANSWER, body.encode())


def _request(body: bytes) -> dict[str, Any]:
    try:
        value = json.loads(body)
    except (ValueError, RecursionError):
        return {}
    return value if isinstance(value, dict) else {}


def _writable(value: Any) -> Any:  # noqa: ANN401 - JSON of any shape
    """The same with every text in UTF-8: bytes of a name that are none become U+FFFD."""
    if isinstance(value, str):
        return value.encode("utf-8", "surrogateescape").decode("utf-8", "replace")
    if isinstance(value, dict):
        return {name: _writable(each) for name, each in value.items()}
    return [_writable(each) for each in value] if isinstance(value, list) else value


_DOING: Final[dict[str, Callable[[Requests, dict[str, Any], int], dict[str, Any]]]] = {
    "list": Requests._list,  # noqa: SLF001 - this class's own table of operations
    "stat": Requests._stat,  # noqa: SLF001
    "get": Requests._get,  # noqa: SLF001
    "put": Requests._put,  # noqa: SLF001
    "rename": Requests._rename,  # noqa: SLF001
    "remove": Requests._remove,  # noqa: SLF001
    "mkdir": Requests._mkdir,  # noqa: SLF001
    "stop": Requests._stop,  # noqa: SLF001
}
