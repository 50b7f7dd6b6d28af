"""The platform port on Linux: procfs, pty, setuid."""

from __future__ import annotations

import fcntl
import hashlib
import os
import pwd
import signal
import socket
import struct
import termios
from pathlib import Path

from reachback_connector.platform import linux_restart, linux_scripts, linux_terminal
from reachback_connector.platform.port import (
    ExitState,
    ProcessFact,
    RunningScript,
    ScriptRequest,
    Shell,
    ShellRequest,
)

_SIGNALS = frozenset(
    ("HUP", "INT", "QUIT", "TERM", "KILL", "TSTP", "CONT", "USR1", "USR2", "WINCH")
)


class Linux:
    """See `port.Platform`."""

    signals = _SIGNALS

    def machine_id(self) -> str:
        """/etc/machine-id, hashed so that the id itself never leaves the machine."""
        for path in (
            os.environ.get("REACHBACK_MACHINE_ID_FILE", ""),
            "/etc/machine-id",
            "/var/lib/dbus/machine-id",
        ):
            if path and (text := _text(Path(path)).strip()):
                return hashlib.sha256(b"reachback-machine" + text.encode()).hexdigest()[:32]
        return hashlib.sha256(b"reachback-hostname" + self.hostname().encode()).hexdigest()[:32]

    def boot_id(self) -> str:
        """The kernel's own name for this start; a new one says that the machine was restarted."""
        named = os.environ.get("REACHBACK_BOOT_ID_FILE", "")
        return _text(Path(named or "/proc/sys/kernel/random/boot_id")).strip()[:80]

    def check_restart(self) -> None:
        """PermissionError when nothing here may restart the machine."""
        linux_restart.command()

    def restart(self) -> None:
        """Ask the machine to restart, and return."""
        linux_restart.restart()

    def going_down(self) -> bool:
        """Whether the machine is being restarted at this moment."""
        return linux_restart.going_down()

    def hostname(self) -> str:
        return socket.gethostname()[:253]

    def system(self) -> str:
        """The distribution's own name for itself, and the kernel."""
        pretty = "Linux"
        for line in _text(Path("/etc/os-release")).splitlines():
            if line.startswith("PRETTY_NAME="):
                pretty = line.partition("=")[2].strip('"')
        return f"{pretty[:80]}, Linux {os.uname().release[:60]}"

    def check_user(self, name: str) -> None:
        """Whether this process may start a shell as `name`. LookupError, PermissionError."""
        try:
            account = pwd.getpwnam(name)
        except (KeyError, ValueError):
            raise LookupError(f"There is no user {name[:64]!r} on this device.") from None
        if os.geteuid() not in {0, account.pw_uid}:
            own = pwd.getpwuid(os.geteuid()).pw_name
            raise PermissionError(
                f"The connector runs as {own} and cannot start a shell as {name[:64]}."
            )

    def start_shell(self, request: ShellRequest) -> Shell:
        """Fork a session leader on a new terminal. The caller must have a single thread."""
        self.check_user(request.run_as)
        account = pwd.getpwnam(request.run_as)
        master, slave = os.openpty()
        linux_terminal.prepare(slave)
        self.resize(master, request.columns, request.rows)
        pid = os.fork()
        if pid == 0:
            _become_shell(slave, account, request)
        os.close(slave)
        os.set_blocking(master, False)
        return Shell(master, pid)

    def resize(self, terminal: int, columns: int, rows: int) -> None:
        size = struct.pack("HHHH", _clamp(rows), _clamp(columns), 0, 0)
        fcntl.ioctl(terminal, termios.TIOCSWINSZ, size)

    def input_is_secret(self, terminal: int) -> bool:
        """Whether what is typed now must not be kept: see docs/handbook/connector.md, 'Passwords'.

        A program that asks for a password switches echo off. So do line editors (readline, zle,
        fish, vim), which draw the characters themselves. The two differ in what else they change:
        getpass, sudo, ssh, passwd, `read -s` stay in canonical mode; sudo with stars and
        systemd-ask-password leave it but keep the translation of Return (ICRNL), which every line
        editor switches off. In doubt input counts as secret.
        """
        try:
            iflag, _, _, lflag, *_ = termios.tcgetattr(terminal)
        except termios.error:
            return True
        if lflag & termios.ECHO:
            return False
        return bool(lflag & termios.ICANON or iflag & termios.ICRNL)

    def signal_job(self, shell: Shell, name: str) -> None:
        """Signal the terminal's foreground job; HUP, TERM and KILL reach the whole session."""
        if name not in _SIGNALS:
            raise ValueError(f"There is no signal {name[:16]!r} a session may send.")
        number = getattr(signal, f"SIG{name}")
        for group in self._groups(shell, whole=name in {"HUP", "TERM", "KILL"}):
            try:
                os.killpg(group, number)
            except (ProcessLookupError, PermissionError):
                continue

    def _groups(self, shell: Shell, *, whole: bool) -> set[int]:
        try:
            foreground = os.tcgetpgrp(shell.terminal)
        except OSError:
            foreground = shell.pid
        return {foreground, shell.pid} if whole else {foreground}

    def interpreter(self, name: str) -> str:
        """The program that runs scripts written for `name`. LookupError when there is none."""
        return linux_scripts.interpreter(name)

    def start_script(self, request: ScriptRequest) -> RunningScript:
        """Fork the interpreter in a session of its own. The caller must have a single thread."""
        self.check_user(request.run_as)
        return linux_scripts.start(request, pwd.getpwnam(request.run_as))

    def signal_script(self, script: RunningScript, name: str) -> None:
        """Signal the script's process group. ValueError for a signal nobody may send."""
        if name not in _SIGNALS:
            raise ValueError(f"There is no signal {name[:16]!r} a session may send.")
        linux_scripts.signal_group(script.pid, getattr(signal, f"SIG{name}"))

    def end_descendants(self) -> int:
        """Kill whatever this process's scripts left running, detached or not; how many."""
        return linux_scripts.end_descendants()

    def reap(self, process: Shell | RunningScript) -> ExitState | None:
        """The process's end, None while it runs."""
        try:
            pid, status = os.waitpid(process.pid, os.WNOHANG)
        except ChildProcessError:
            return ExitState(None, None)
        if pid == 0:
            return None
        if os.WIFSIGNALED(status):
            number = os.WTERMSIG(status)
            return ExitState(None, signal.Signals(number).name.removeprefix("SIG"))
        return ExitState(os.WEXITSTATUS(status), None)

    def process_started(self, pid: int) -> int | None:
        """When `pid` started, ms since 1970 (to the clock tick); None when there is none."""
        content = _text(Path(f"/proc/{pid}/stat"))
        if not content:
            return None
        ticks = int(content.rpartition(")")[2].split()[19])
        return _boot_time() * 1000 + ticks * 1000 // os.sysconf("SC_CLK_TCK")

    def processes(self, needle: str) -> list[ProcessFact]:
        """Running processes whose command line contains `needle`, oldest first."""
        found: list[ProcessFact] = []
        for entry in Path("/proc").iterdir():
            if not entry.name.isdigit() or int(entry.name) == os.getpid():
                continue
            command = _text(entry / "cmdline").replace("\0", " ").strip()
            started = self.process_started(int(entry.name)) if needle in command else None
            if started is not None:
                found.append(ProcessFact(int(entry.name), started, command[:200]))
        return sorted(found, key=lambda fact: (fact.started, fact.pid))


def _become_shell(slave: int, account: pwd.struct_passwd, request: ShellRequest) -> None:
    """In the child: take the terminal, become the user, exec the shell. Never returns."""
    try:
        os.setsid()
        fcntl.ioctl(slave, termios.TIOCSCTTY, 0)
        for target in (0, 1, 2):
            os.dup2(slave, target)
        os.closerange(3, 4096)
        for number in (signal.SIGCHLD, signal.SIGPIPE, signal.SIGXFSZ, signal.SIGINT):
            signal.signal(number, signal.SIG_DFL)
        environment = linux_terminal.environment(account, request)  # while we are still who we are
        if os.geteuid() == 0:
            os.initgroups(account.pw_name, account.pw_gid)
            os.setgid(account.pw_gid)
            os.setuid(account.pw_uid)
        home = environment["HOME"]
        os.chdir(home if Path(home).is_dir() else "/")
        program = environment["SHELL"]
        name = Path(program).name
        os.execve(program, [f"-{name}" if request.login else name], environment)  # noqa: S606
    except OSError as error:
        os.write(2, f"The shell cannot be started: {error}.\r\n".encode())
    finally:
        os._exit(127)


def _boot_time() -> int:
    for line in _text(Path("/proc/stat")).splitlines():
        if line.startswith("btime "):
            return int(line.split()[1])
    return 0


def _clamp(number: int) -> int:
    return max(1, min(number, 4096))


def _text(path: Path) -> str:
    try:
        return path.read_text(errors="replace")
    except OSError:
        return ""
