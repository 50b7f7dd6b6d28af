"""Which holders live, as the helper remembers them over its own restarts."""

from __future__ import annotations

import json
import os
from collections.abc import Collection, Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Final

from reachback_connector import durable, unix
from reachback_connector.errors import StateError
from reachback_connector.holder.channel import ATTACH
from reachback_connector.layout import Layout, checked_key
from reachback_connector.platform.port import Platform
from reachback_wire.frames import Close, Ctrl, Decoder, RemoteError, encode
from reachback_wire.handing import Tenure

_PATIENCE: Final = 2.0


@dataclass(frozen=True, slots=True)
class ChannelRecord:
    """A live session channel. `contract` and `grant` are digests, `expires` ms since 1970.

    `granted` are the capabilities of the grant in force. `tenure` is who may type (`Tenure`), None
    for a channel of an older connector or another kind; `grants` are the digests of all grants its
    receipts may name.
    """

    key: str
    ch: int
    kind: str
    session: str
    capability: str
    contract: str
    grant: str
    on_cut: str
    expires: int
    pid: int
    started: int
    granted: tuple[str, ...] = ()
    tenure: dict[str, object] | None = None
    grants: tuple[str, ...] = ()

    @property
    def held(self) -> Tenure | None:
        """Who may type in it, as far as this connector knows."""
        return Tenure.from_json(self.tenure)

    def taken_by(self, capabilities: Collection[str]) -> bool:
        """Whether a narrowing of these leaves nothing that would allow the channel."""
        above = bool(self.granted) and set(self.granted) <= set(capabilities)
        return self.capability in capabilities or above


class ChannelBook:
    """STATE/helper/channels/KEY.json, one file for each live holder."""

    def __init__(self, layout: Layout, platform: Platform) -> None:
        self._layout = layout
        self._platform = platform
        self._folder = layout.helper / "channels"
        self._folder.mkdir(mode=0o700, exist_ok=True)
        self._records: dict[str, ChannelRecord] = {}
        for path in self._folder.glob("*.json"):
            self._load(path)

    def _load(self, path: Path) -> None:
        try:
            value = durable.read_json(path)
            record = ChannelRecord(**value) if value else None
        except (StateError, TypeError):
            record = None
        if record is None:
            path.unlink(missing_ok=True)
        else:
            self._records[record.key] = record

    def add(self, record: ChannelRecord) -> None:
        """Remember a holder that has just been born; a power cut would end the holder as well."""
        durable.replace_json(self._path(record.key), asdict(record), synced=False)
        self._records[record.key] = record

    def get(self, key: str) -> ChannelRecord | None:
        return self._records.get(key)

    def living(self) -> Iterator[ChannelRecord]:
        """Records whose process is still the one that was started; the others are forgotten."""
        self.reap()  # the dead keep their process id, and with it their channel's number
        for record in list(self._records.values()):
            if self.lives(record):
                yield record
            else:
                self._forget(record)

    def lives(self, record: ChannelRecord) -> bool:
        """Same process id *and* same start time: process ids are used again."""
        started = self._platform.process_started(record.pid)
        return started is not None and abs(started - record.started) < 2_000

    def _forget(self, record: ChannelRecord) -> None:
        self._records.pop(record.key, None)
        self._path(record.key).unlink(missing_ok=True)
        self._layout.spool(record.key).unlink(missing_ok=True)
        self._layout.holder_socket(record.key).unlink(missing_ok=True)

    def cut(self, record: ChannelRecord, code: str, sentence: str) -> bool:
        """Tell the holder that its session is over; False when it cannot be reached."""
        value = {"code": code, "sentence": sentence, "on_cut": record.on_cut}
        try:
            with unix.connect(self._layout.holder_socket(record.key), timeout=2.0) as client:
                client.sendall(encode(Close(1, value)))
        except OSError:
            return False
        return True

    def attach(self, record: ChannelRecord, value: dict[str, Any]) -> int | None:
        """Have the holder testify who types from now on; from which input offset. None: too late.

        The holder takes this from its own user only, which control is not where root runs us.
        """
        request = encode(Ctrl(1, ATTACH, json.dumps(value).encode()))
        decoder = Decoder()
        try:
            with unix.connect(self._layout.holder_socket(record.key), timeout=_PATIENCE) as client:
                client.sendall(request)
                while data := client.recv(65_536):
                    for frame in decoder.feed(data):
                        if isinstance(frame, Ctrl) and frame.kind == ATTACH:
                            return _input_of(frame.body)
        except (OSError, RemoteError):
            return None
        return None

    def reap(self) -> None:
        """Collect holders that ended while this helper was their parent."""
        while True:
            try:
                pid, _ = os.waitpid(-1, os.WNOHANG)
            except ChildProcessError:
                return
            if pid == 0:
                return

    def _path(self, key: str) -> Path:
        return self._folder / f"{checked_key(key)}.json"


def _input_of(body: bytes) -> int | None:
    value = json.loads(body).get("input")
    return value if isinstance(value, int) else None
