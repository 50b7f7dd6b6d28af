"""A shell's terminal on Linux: its environment, its language, and how the kernel reads letters."""

from __future__ import annotations

import os
import pwd
import re
import termios
from pathlib import Path
from typing import Final

from reachback_connector.platform.port import ShellRequest

_PATH: Final = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
# Where distributions keep the language of people who sign in: systemd, Debian before it.
_LOCALES: Final = (Path("/etc/locale.conf"), Path("/etc/default/locale"))
_UTF8: Final = re.compile(r"utf-?8", re.IGNORECASE)
_ANY_UTF8: Final = "C.UTF-8"
# Terminals of which every program may take 24-bit colour for granted: ours is xterm.js.
_TRUE_COLOUR: Final = ("xterm", "tmux", "screen")
_NO_SHELLS: Final = frozenset(("nologin", "false"))
_IUTF8: Final = 0o40000  # asm-generic/termbits.h; the termios module has no name for it


def prepare(slave: int) -> None:
    """Let the kernel erase whole letters where no line editor does (`cat`, `read`), not bytes."""
    modes = termios.tcgetattr(slave)
    modes[0] |= _IUTF8
    termios.tcsetattr(slave, termios.TCSANOW, modes)


def environment(account: pwd.struct_passwd, request: ShellRequest) -> dict[str, str]:
    """A fresh environment; an unprivileged connector passes on HOME, PATH, SHELL and language.

    A service account's entry names no usable shell (`nologin`): where the customer's contract
    allows a shell as that very user, it is /bin/sh.
    """
    own = os.environ if os.geteuid() == account.pw_uid else {}
    term = request.term if request.term.replace("-", "").isalnum() else "xterm-256color"
    found = {
        "HOME": own.get("HOME", account.pw_dir),
        "PATH": own.get("PATH", _PATH),
        "LANG": language(own.get("LANG", "")),
        "USER": account.pw_name,
        "LOGNAME": account.pw_name,
        "SHELL": own.get("SHELL") or _shell_of(account),
        "TERM": term[:64],
    }
    if term.partition("-")[0] in _TRUE_COLOUR:
        found["COLORTERM"] = "truecolor"
    return found


def _shell_of(account: pwd.struct_passwd) -> str:
    shell = account.pw_shell
    return "/bin/sh" if not shell or Path(shell).name in _NO_SHELLS else shell


def language(own: str, places: tuple[Path, ...] = _LOCALES) -> str:
    """The first of our own and the machine's languages that is written in UTF-8, else C.UTF-8.

    The browser reads and writes UTF-8 only: a shell in another encoding would garble every letter
    beyond ASCII, and a daemon's environment usually names no language at all.
    """
    for name in (own, *(_named(path) for path in places)):
        if _UTF8.search(name) and name.isascii() and name.isprintable():
            return name[:64]
    return _ANY_UTF8


def _named(path: Path) -> str:
    try:
        lines = path.read_text(errors="replace").splitlines()
    except OSError:
        return ""
    named = [line.partition("=")[2] for line in lines if line.startswith("LANG=")]
    return named[-1].strip().strip("\"'") if named else ""
