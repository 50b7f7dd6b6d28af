"""Where the connector keeps what: one state directory, one owner for each part of it.

STATE/connector.json   addresses and the device's id; no secret; read by every process
STATE/instance.json    instance id and the machine it was made for
STATE/checks.json      health checks of this device, written by its administrator
STATE/contact.json     when this device is in contact (on-demand mode), no file: always
STATE/REVOKED          kill switch: while it exists nothing but health runs
STATE/helper/          0700, root helper only: key, trust, clock, nonces, spent grants, receipts
STATE/control/         0700, control process only: reports and check results not yet accepted
STATE/run/             sockets and spools of the living processes
"""

from __future__ import annotations

import os
import re
from dataclasses import dataclass
from pathlib import Path

from reachback_connector.errors import StateError

_KEY = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,99}")


@dataclass(frozen=True, slots=True)
class Layout:
    """Paths below one state directory."""

    state: Path

    @property
    def settings(self) -> Path:
        return self.state / "connector.json"

    @property
    def instance(self) -> Path:
        return self.state / "instance.json"

    @property
    def checks(self) -> Path:
        return self.state / "checks.json"

    @property
    def contact(self) -> Path:
        return self.state / "contact.json"

    @property
    def revoked(self) -> Path:
        return self.state / "REVOKED"

    @property
    def helper(self) -> Path:
        return self.state / "helper"

    @property
    def control(self) -> Path:
        return self.state / "control"

    @property
    def run(self) -> Path:
        return self.state / "run"

    @property
    def helper_socket(self) -> Path:
        return self.run / "helper.sock"

    def holder_socket(self, key: str) -> Path:
        return self.run / f"holder-{checked_key(key)}.sock"

    def spool(self, key: str) -> Path:
        return self.run / f"spool-{checked_key(key)}"

    def make(self) -> None:
        """Create the directories with their modes; existing ones are left as they are."""
        try:
            self.state.mkdir(parents=True, exist_ok=True)
            for folder, mode in ((self.helper, 0o700), (self.control, 0o700), (self.run, 0o711)):
                folder.mkdir(mode=mode, exist_ok=True)
        except OSError as error:
            raise StateError(
                "state-unwritable", f"The state directory {self.state} cannot be made: {error}."
            ) from error


def checked_key(key: str) -> str:
    """`key` when it may be part of a file name; a channel key comes from the other side."""
    if not _KEY.fullmatch(key) or ".." in key:
        raise StateError("malformed", "The channel key is not a plain word.")
    return key


def default_state() -> Path:
    """/var/lib/reachback-connector for root, the user's own state directory otherwise."""
    if os.geteuid() == 0:
        return Path("/var/lib/reachback-connector")
    base = os.environ.get("XDG_STATE_HOME") or str(Path.home() / ".local" / "state")
    return Path(base) / "reachback-connector"
