"""A network namespace behind an emulated line: the far side of a bad line on one machine.

Needs root, network namespaces and TUN; `missing()` names what this machine has not got.
"""

import contextlib
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path

from bench.line_emulator import MTU, Profile


def missing() -> list[str]:
    """What an emulated line needs and this machine lacks, by name."""
    found = []
    if os.geteuid() != 0:
        found.append("root")
    if not Path("/dev/net/tun").exists():
        found.append("TUN (/dev/net/tun)")
    if shutil.which("ip") is None:
        found.append("ip (Debian iproute2)")
    elif os.geteuid() == 0 and not _may_have_namespaces():
        found.append("network namespaces")
    return found


def _may_have_namespaces() -> bool:
    return (
        subprocess.run(["unshare", "-n", "true"], capture_output=True, check=False).returncode == 0
    )


@dataclass(frozen=True)
class FarSide:
    """What lies behind the line: a namespace with one address, and the line to it."""

    name: str
    near: str
    far: str
    emulator: subprocess.Popen[bytes]
    device: str

    def traffic(self) -> int:
        """IP bytes that went over the line so far, both ways, as the kernel counts them."""
        counters = Path("/sys/class/net") / self.device / "statistics"
        return sum(int((counters / name).read_text()) for name in ("rx_bytes", "tx_bytes"))

    def command(self, *words: str) -> list[str]:
        """The command that runs `words` on the far side."""
        return ["ip", "netns", "exec", self.name, *words]

    def become(self, profile: Profile) -> None:
        """Make the line another one, for packets that come from now on."""
        assert self.emulator.stdin is not None
        self.emulator.stdin.write(json.dumps(asdict(profile)).encode() + b"\n")
        self.emulator.stdin.flush()


@contextlib.contextmanager
def far_side() -> Iterator[FarSide]:
    """Make namespace, devices and line; remove them afterwards."""
    number = os.getpid() % 64_000
    network = f"10.{200 + number // 16_000}.{number // 64 % 250}.{number % 64 * 4}"
    base, last = network.rsplit(".", 1)
    near, far = f"{base}.{int(last) + 1}", f"{base}.{int(last) + 2}"
    name, devices = f"line{number}", (f"near{number}", f"far{number}")
    emulator = subprocess.Popen(
        [sys.executable, "-m", "bench.line_emulator", *devices],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    )
    assert emulator.stdout is not None
    assert emulator.stdin is not None
    try:
        if emulator.stdout.readline() != b"ready\n":
            raise OSError("The line emulator did not start.")
        _ip("netns", "add", name)
        _ip("link", "set", devices[1], "netns", name)
        _ip("addr", "add", near, "peer", far, "dev", devices[0])
        _ip("link", "set", devices[0], "mtu", str(MTU), "up")
        _ip("-n", name, "addr", "add", far, "peer", near, "dev", devices[1])
        _ip("-n", name, "link", "set", devices[1], "mtu", str(MTU), "up")
        _ip("-n", name, "link", "set", "lo", "up")
        yield FarSide(name, near, far, emulator, devices[0])
    finally:
        emulator.stdin.close()
        emulator.wait(timeout=10)
        emulator.stdout.close()
        subprocess.run(["ip", "netns", "delete", name], capture_output=True, check=False)


def _ip(*words: str) -> None:
    subprocess.run(["ip", *words], check=True)
