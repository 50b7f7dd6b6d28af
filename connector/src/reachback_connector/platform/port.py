"""What an operating system must offer the connector."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field
from typing import Protocol


@dataclass(frozen=True, slots=True)
class ShellRequest:
    """A shell to start: who it runs as, the size of its terminal in characters, its TERM."""

    run_as: str
    columns: int
    rows: int
    term: str = "xterm-256color"
    login: bool = True


@dataclass(frozen=True, slots=True)
class Shell:
    """A started shell: the terminal's master descriptor and the session leader's process id."""

    terminal: int
    pid: int


@dataclass(frozen=True, slots=True)
class ScriptRequest:
    """A script to run: its text, the interpreter's name, whom it runs as, argv and environment."""

    run_as: str
    interpreter: str
    text: bytes = field(repr=False)
    arguments: tuple[str, ...] = ()
    environment: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class RunningScript:
    """A started script: its process id (also its process group) and the pipes it writes to."""

    pid: int
    stdout: int
    stderr: int


@dataclass(frozen=True, slots=True)
class ExitState:
    """How a process ended: a status, or the name of a signal without SIG."""

    status: int | None
    signal: str | None


@dataclass(frozen=True, slots=True)
class ProcessFact:
    """One running process, as far as a health check names it."""

    pid: int
    started: int = field(metadata={"unit": "ms since 1970"})
    command: str = ""


class Platform(Protocol):
    """The port. Errors: LookupError for an unknown user, PermissionError, OSError."""

    @property
    def signals(self) -> Collection[str]:
        """Names of the signals a session may send, without SIG."""
        ...

    def machine_id(self) -> str: ...

    def boot_id(self) -> str: ...

    def hostname(self) -> str: ...

    def system(self) -> str: ...

    def check_restart(self) -> None: ...

    def restart(self) -> None: ...

    def going_down(self) -> bool: ...

    def check_user(self, name: str) -> None: ...

    def start_shell(self, request: ShellRequest) -> Shell: ...

    def resize(self, terminal: int, columns: int, rows: int) -> None: ...

    def input_is_secret(self, terminal: int) -> bool: ...

    def signal_job(self, shell: Shell, name: str) -> None: ...

    def interpreter(self, name: str) -> str: ...

    def start_script(self, request: ScriptRequest) -> RunningScript: ...

    def signal_script(self, script: RunningScript, name: str) -> None: ...

    def end_descendants(self) -> int: ...

    def reap(self, process: Shell | RunningScript) -> ExitState | None: ...

    def process_started(self, pid: int) -> int | None: ...

    def processes(self, needle: str) -> list[ProcessFact]: ...
