"""A guest under qemu's software emulation (TCG): its serial console, its restarts, its end."""

from __future__ import annotations

import contextlib
import subprocess
import threading
import time
from collections.abc import Iterator
from pathlib import Path

from journeys.guest.image import Image

HOST = "10.0.2.2"
"""This machine's loopback, as the guest sees it."""
_BOOT_SECONDS = 900.0
_PROMPT = b"root@lijiang-kiosk:~# "


class Guest:
    """A running machine and what its console said."""

    def __init__(self, process: subprocess.Popen[bytes], log: Path) -> None:
        self._process = process
        self._log = log
        self._said = bytearray()
        self._grew = threading.Condition()
        self._asked = 0
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def _read(self) -> None:
        assert self._process.stdout is not None
        with self._log.open("wb") as log:
            while data := self._process.stdout.read1(65_536):  # type: ignore[attr-defined]
                log.write(data)
                log.flush()
                with self._grew:
                    self._said += data
                    self._grew.notify_all()
        with self._grew:
            self._grew.notify_all()

    @property
    def said(self) -> str:
        with self._grew:
            return self._said.decode(errors="replace")

    def wait_for(self, words: bytes, *, after: int = 0, seconds: float = _BOOT_SECONDS) -> int:
        """Wait until the console says the words beyond `after`; where they end."""
        until = time.monotonic() + seconds
        with self._grew:
            while (found := self._said.find(words, after)) < 0:
                left = until - time.monotonic()
                if left <= 0 or self._process.poll() is not None:
                    end = self._said[-2000:].decode(errors="replace")
                    raise AssertionError(f"The guest never said {words!r}. Its last words:\n{end}")
                self._grew.wait(min(left, 1.0))
            return found + len(words)

    def booted(self, *, after: int = 0) -> int:
        """Wait for root's prompt; where it stands."""
        return self.wait_for(_PROMPT, after=after)

    def do(self, line: str, *, seconds: float = 120) -> str:
        """Type a line at root's prompt and return what it printed; it has to succeed."""
        self._asked += 1
        place = len(self._said)
        mark = f"did-{self._asked}-"
        self.type(f"{line}; echo did'-'{self._asked}-$?-")
        end = self.wait_for(mark.encode(), after=place, seconds=seconds)
        self.wait_for(_PROMPT, after=end, seconds=seconds)
        text = self.said.encode()[place:].decode(errors="replace")
        out, _, rest = text.partition(mark)
        assert rest.startswith("0-"), f"{line}\n{out}"
        return out.partition("\n")[2].strip()

    def type(self, line: str) -> None:
        """Type a line and wait for nothing."""
        assert self._process.stdin is not None
        self._process.stdin.write(line.encode() + b"\n")
        self._process.stdin.flush()

    def end(self) -> None:
        """Switch it off."""
        self._process.kill()
        self._process.wait()
        self._reader.join(10)
        for pipe in (self._process.stdin, self._process.stdout):
            if pipe is not None:
                with contextlib.suppress(OSError):
                    pipe.close()


@contextlib.contextmanager
def running(image: Image, log: Path) -> Iterator[Guest]:
    """Boot the guest, give it when root's prompt is there, switch it off.

    TCG is forced: /dev/kvm opens on machines where a guest then hangs in its firmware.
    """
    disk = f"file={image.disk},if=virtio,format=raw,cache=unsafe"
    command = ["qemu-system-x86_64", "-accel", "tcg", "-machine", "q35", "-cpu", "max"]
    command += ["-m", "512", "-display", "none", "-nodefaults", "-no-user-config"]
    command += ["-kernel", str(image.kernel), "-initrd", str(image.initrd)]
    command += ["-append", "root=/dev/vda rw console=ttyS0 quiet mitigations=off"]
    command += ["-drive", disk, "-netdev", "user,id=n", "-device", "virtio-net-pci,netdev=n"]
    command += ["-device", "virtio-rng-pci", "-serial", "stdio"]
    process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    guest = Guest(process, log)
    try:
        guest.booted()
        yield guest
    finally:
        guest.end()
