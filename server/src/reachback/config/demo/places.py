"""Where the demo keeps what belongs to whom, below its data directory."""

from __future__ import annotations

import json
import socket
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Places:
    """The demo's folders: the provider's data, the customer's keys, the device in the hotel."""

    data: Path

    @property
    def customer(self) -> Path:
        """The customer's own folder: keys, signed documents, trust.json. The server never
        reads it.
        """
        return self.data / "lotus-hotels"

    @property
    def hotel(self) -> Path:
        """The hotel's machine: beside the provider's private data, for it is another computer."""
        return self.data.with_name(f"{self.data.name}-lijiang-frontdesk")

    @property
    def device(self) -> Path:
        """The connector's state directory on the hotel's machine."""
        return self.hotel / "connector"

    @property
    def service(self) -> Path:
        """The guest registration service on the hotel's machine."""
        return self.hotel / "guest-registration"

    @property
    def cable(self) -> Path:
        """The control socket of the cable."""
        return self.data / "run" / "cable.sock"

    @property
    def note(self) -> Path:
        """The ports chosen at the first start."""
        return self.data / "demo.json"

    def ports(self, cable: int = 0) -> dict[str, int]:
        """Return the ports of cable and service, chosen once and kept. `cable`: take this one."""
        if self.note.exists():
            kept: dict[str, int] = json.loads(self.note.read_text("utf-8"))
            return kept
        chosen = {"cable": cable or free_port(), "service": free_port()}
        self.note.write_text(json.dumps(chosen), "utf-8")
        return chosen


def free_port() -> int:
    """Return a loopback port nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
