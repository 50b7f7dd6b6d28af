"""OpenSSH and mosh (Debian) behind the same emulated line: a login, a terminal, its echo."""

import asyncio
import contextlib
import os
import pty
import shutil
import signal
import subprocess
import termios
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from checks.ports import free_port

from bench.namespace import FarSide

SSHD = """Port {port}
ListenAddress {host}
HostKey {folder}/host
AuthorizedKeysFile {folder}/key.pub
PidFile {folder}/sshd.pid
PermitRootLogin yes
StrictModes no
UsePAM no
UseDNS no
PrintMotd no
"""


def missing() -> list[str]:
    """The peers' programs that are not here, with their Debian packages."""
    wanted = {"sshd": "openssh-server", "ssh": "openssh-client", "mosh": "mosh"}
    path = f"{os.environ.get('PATH', os.defpath)}:/usr/sbin"
    return [f"{n} (Debian {p})" for n, p in wanted.items() if not shutil.which(n, path=path)]


@dataclass
class Local:
    """A program on a terminal of this process; the same interface as our own shell."""

    pid: int
    terminal: int

    def __post_init__(self) -> None:
        self.received = bytearray()
        self.arrived = asyncio.Event()
        self.ended = False
        asyncio.get_running_loop().add_reader(self.terminal, self._read)

    @classmethod
    def start(cls, words: list[str]) -> "Local":
        """Start `words` on a terminal of 80 x 24."""
        pid, terminal = pty.fork()
        if pid == 0:
            termios.tcsetwinsize(0, (24, 80))
            os.environ |= {"TERM": "xterm-256color", "LC_ALL": "C.UTF-8"}
            os.execvp(words[0], words)  # noqa: S606 - the peer is what is measured
        return cls(pid, terminal)

    def _read(self) -> None:
        try:
            data = os.read(self.terminal, 65_536)
        except OSError:
            data = b""
        if not data:
            self.ended = True
            asyncio.get_running_loop().remove_reader(self.terminal)
        self.received += data
        self.arrived.set()

    def type(self, data: bytes) -> None:
        """Type."""
        os.write(self.terminal, data)

    def stop(self) -> None:
        """End the program."""
        asyncio.get_running_loop().remove_reader(self.terminal)
        with contextlib.suppress(ProcessLookupError):
            os.kill(self.pid, signal.SIGKILL)
        os.close(self.terminal)
        os.waitpid(self.pid, 0)


@dataclass(frozen=True)
class Login:
    """An sshd on the far side, and how to log in there."""

    far: FarSide
    folder: Path
    port: int

    @property
    def _options(self) -> list[str]:
        known = ["-o", "StrictHostKeyChecking=no", "-o", f"UserKnownHostsFile={self.folder}/known"]
        return ["-F", "none", "-q", "-p", str(self.port), "-i", str(self.folder / "key"), *known]

    def ssh(self, *command: str) -> list[str]:
        """The command for a login, or for one command there."""
        terminal = [] if command else ["-tt"]
        return ["ssh", *self._options, *terminal, f"root@{self.far.far}", *command]

    def mosh(self, predict: str) -> list[str]:
        """The command for a mosh session; its own login is ssh."""
        ssh = " ".join(["ssh", *self._options])
        return ["mosh", f"--predict={predict}", f"--ssh={ssh}", f"root@{self.far.far}"]


@contextlib.contextmanager
def sshd(folder: Path, far: FarSide) -> Iterator[Login]:
    """Run an sshd on the far side with keys of its own."""
    folder.mkdir()
    for name in ("host", "key"):
        made = ["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", str(folder / name)]
        subprocess.run(made, check=True)
    Path("/run/sshd").mkdir(exist_ok=True)
    port = free_port()
    text = SSHD.format(port=port, host=far.far, folder=folder)
    (folder / "sshd_config").write_text(text, "utf-8")
    program = [shutil.which("sshd") or "/usr/sbin/sshd", "-D", "-f", str(folder / "sshd_config")]
    process = subprocess.Popen(far.command(*program), start_new_session=True)
    try:
        yield Login(far, folder, port)
    finally:
        os.killpg(process.pid, signal.SIGTERM)
        process.wait(timeout=10)
