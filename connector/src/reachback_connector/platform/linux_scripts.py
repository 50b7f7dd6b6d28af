"""Scripts on Linux: a sealed memory file, a session of its own, and nothing left behind.

The text never lies on a disk: the interpreter reads it from a memory file that nobody can change
after it was checked. Orphans of the script become children of its holder (subreaper), so that a
script which forks and detaches is still ended with its run.
"""

from __future__ import annotations

import ctypes
import errno
import fcntl
import os
import pwd
import resource
import shutil
import signal
import time
from pathlib import Path
from typing import Final

from reachback_connector.platform.port import RunningScript, ScriptRequest

SEARCH_PATH: Final = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
_COMMANDS: Final = {
    "sh": ("sh",),
    "bash": ("bash", "--noprofile", "--norc"),
    "python3": ("python3", "-I", "-u"),
}
_TEXT: Final = 3  # the descriptor the interpreter reads the script from
_SET_CHILD_SUBREAPER: Final = 36
_SEALS: Final = fcntl.F_SEAL_WRITE | fcntl.F_SEAL_SHRINK | fcntl.F_SEAL_GROW | fcntl.F_SEAL_SEAL
_ROUNDS: Final = 50  # a process that forks while it is being killed is met again
_ROUND_SECONDS: Final = 0.02


def interpreter(name: str) -> str:
    """The interpreter's path, searched where packages put it. LookupError when there is none."""
    found = shutil.which(_COMMANDS[name][0], path=SEARCH_PATH) if name in _COMMANDS else None
    if found is None:
        raise LookupError(f"This device has no {name[:16]}.")
    return found


def start(request: ScriptRequest, account: pwd.struct_passwd) -> RunningScript:
    """Run the script; its output comes from two pipes. OSError when it cannot be started."""
    _adopt_orphans()
    program = interpreter(request.interpreter)
    text = _sealed(request.text)
    (out, out_end), (err, err_end) = os.pipe2(os.O_CLOEXEC), os.pipe2(os.O_CLOEXEC)
    pid = os.fork()
    if pid == 0:
        _become_script(program, request, account, (text, out_end, err_end))
    for descriptor in (text, out_end, err_end):
        os.close(descriptor)
    for descriptor in (out, err):
        os.set_blocking(descriptor, False)
    return RunningScript(pid, out, err)


def _adopt_orphans() -> None:
    """Ask the kernel to make this process the parent of what its descendants leave behind."""
    library = ctypes.CDLL(None, use_errno=True)
    if library.prctl(_SET_CHILD_SUBREAPER, 1, 0, 0, 0):
        code = ctypes.get_errno()
        raise OSError(code, os.strerror(code))


def _sealed(text: bytes) -> int:
    flags = os.MFD_CLOEXEC | os.MFD_ALLOW_SEALING
    descriptor = os.memfd_create("script", flags)
    view = memoryview(text)
    while view:
        view = view[os.write(descriptor, view) :]
    fcntl.fcntl(descriptor, fcntl.F_ADD_SEALS, _SEALS)
    return descriptor


def _become_script(
    program: str,
    request: ScriptRequest,
    account: pwd.struct_passwd,
    descriptors: tuple[int, int, int],
) -> None:
    """In the child: become the user and exec the interpreter. Never returns."""
    try:
        os.setsid()
        _take_descriptors(descriptors)
        for number in (signal.SIGCHLD, signal.SIGPIPE, signal.SIGXFSZ, signal.SIGINT):
            signal.signal(number, signal.SIG_DFL)
        signal.signal(signal.SIGHUP, signal.SIG_DFL)
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
        os.umask(0o022)
        if os.geteuid() == 0:
            os.initgroups(account.pw_name, account.pw_gid)
            os.setgid(account.pw_gid)
            os.setuid(account.pw_uid)
        home = account.pw_dir
        os.chdir(home if Path(home).is_dir() else "/")
        name, *flags = _COMMANDS[request.interpreter]
        command = [name, *flags, f"/proc/self/fd/{_TEXT}", *request.arguments]
        os.execve(program, command, _environment(account, request))  # noqa: S606
    except OSError as error:
        os.write(2, f"The script cannot be started: {error}.\n".encode())
    finally:
        os._exit(127)


def _take_descriptors(descriptors: tuple[int, int, int]) -> None:
    """Nought is /dev/null, 1 and 2 are the pipes, 3 the text; nothing else stays open.

    The originals are copied above all targets first: none may overwrite another.
    """
    null = os.open(os.devnull, os.O_RDONLY)
    text, out, err = descriptors
    high = [fcntl.fcntl(each, fcntl.F_DUPFD, 64) for each in (null, out, err, text)]
    for target, each in enumerate(high):
        os.dup2(each, target)
    os.closerange(_TEXT + 1, 4096)


def _environment(account: pwd.struct_passwd, request: ScriptRequest) -> dict[str, str]:
    """A fresh environment; the arguments are in it as REACHBACK_NAME."""
    return {
        "HOME": account.pw_dir,
        "PATH": SEARCH_PATH,
        "LANG": "C.UTF-8",
        "USER": account.pw_name,
        "LOGNAME": account.pw_name,
        "SHELL": "/bin/sh",
        "TERM": "dumb",
        **dict(request.environment),
    }


def signal_group(group: int, number: int) -> None:
    """Signal a process group; one that is gone, or became another user's, is left alone."""
    try:
        os.killpg(group, number)
    except (ProcessLookupError, PermissionError):
        return


def end_descendants() -> int:
    """Kill this process's descendants until none is left; how many there were.

    One that cannot be killed (it became another user by setuid) is given up after a second.
    """
    met: set[int] = set()
    for _ in range(_ROUNDS):
        living = _descendants(os.getpid())
        if not living:
            break
        met |= living
        for pid in living:
            _kill(pid)
        time.sleep(_ROUND_SECONDS)
        _collect(living)
    return len(met)


def _kill(pid: int) -> None:
    try:
        os.kill(pid, signal.SIGKILL)
    except (ProcessLookupError, PermissionError):
        return


def _collect(pids: set[int]) -> None:
    for pid in pids:
        try:
            os.waitpid(pid, os.WNOHANG)
        except ChildProcessError:
            continue


def _descendants(ancestor: int) -> set[int]:
    """Processes below `ancestor`; those that have ended and only wait to be collected too."""
    parents: dict[int, int] = {}
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            parents[int(entry.name)] = _parent(entry)
    found: set[int] = set()
    fresh = {ancestor}
    while fresh:
        fresh = {pid for pid, parent in parents.items() if parent in fresh} - found
        found |= fresh
    return found


def _parent(entry: Path) -> int:
    try:
        return int((entry / "stat").read_text(errors="replace").rpartition(")")[2].split()[1])
    except OSError as error:
        if error.errno not in {errno.ENOENT, errno.ESRCH, errno.EACCES}:
            raise
        return 0
