"""Which files a channel may touch: decided on what was opened, never on what was asked.

Every path is opened first (O_PATH, which neither reads nor triggers anything), then the kernel is
asked what was really opened, and that is held against the channel's root and the contract's globs.
A link swapped between a check and its use therefore changes nothing: there is no second lookup.
"""

from __future__ import annotations

import ctypes
import errno
import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from reachback_wire.documents.capability import matches_glob, normalised_path
from reachback_wire.refusals import Refusal

_OPENAT2: Final = 437  # the same number on every architecture
_NO_MAGIC_LINKS: Final = 0x02
_AT_FDCWD: Final = -100
_REASONS: Final = {
    errno.ENOENT: ("not-found", "There is no such file or folder."),
    errno.EACCES: ("permission", "The user this session runs as may not do this."),
    errno.EPERM: ("permission", "The user this session runs as may not do this."),
    errno.ELOOP: ("link", "Symbolic links lead in a circle, or to where none may lead."),
    errno.ENOTDIR: ("not-found", "A part of the path is not a folder."),
    errno.EISDIR: ("kind", "This is a folder."),
    errno.EEXIST: ("exists", "There is something of this name already."),
    errno.ENOTEMPTY: ("not-empty", "The folder is not empty."),
    errno.ENAMETOOLONG: ("name", "The name is too long for this device."),
    errno.ENOSPC: ("no-space", "There is no space left on the device."),
    errno.EDQUOT: ("no-space", "The user's share of the disk is used up."),
    errno.EFBIG: ("no-space", "The device allows no file of this size."),
    errno.EROFS: ("read-only", "This part of the device is read-only."),
    errno.EXDEV: ("other-disk", "The two places are on different disks."),
}
_libc = ctypes.CDLL(None, use_errno=True)


class FileRefused(Exception):
    """What was asked is not done; `sentence` is for people. `denied`: the contract's rule."""

    def __init__(self, code: str, sentence: str, *, denied: bool = False, **data: Any) -> None:
        super().__init__(sentence)
        self.code, self.sentence, self.denied, self.data = code, sentence, denied, data


def refused(error: OSError) -> FileRefused:
    """The operating system's refusal in words."""
    code, sentence = _REASONS.get(
        error.errno or 0, ("unknown", f"The device refused: {error.strerror or 'unknown reason'}.")
    )
    return FileRefused(code, sentence)


class _OpenHow(ctypes.Structure):
    """Linux's struct open_how."""

    _fields_ = (
        ("flags", ctypes.c_uint64),
        ("mode", ctypes.c_uint64),
        ("resolve", ctypes.c_uint64),
    )


def open_place(path: str) -> int:
    """An O_PATH descriptor of what `path` leads to, symbolic links followed, magic ones refused.

    OSError. Kernels without openat2 (before 5.6, or behind a filter) follow magic links as well:
    what they led to is judged all the same.
    """
    how = _OpenHow(os.O_PATH | os.O_CLOEXEC, 0, _NO_MAGIC_LINKS)
    found: int = _libc.syscall(
        _OPENAT2, _AT_FDCWD, os.fsencode(path), ctypes.byref(how), ctypes.sizeof(how)
    )
    if found >= 0:
        return found
    number = ctypes.get_errno()
    if number in {errno.ENOSYS, errno.EPERM}:
        return os.open(path, os.O_PATH | os.O_CLOEXEC)
    raise OSError(number, os.strerror(number))


def real_path(descriptor: int) -> str:
    """Where the kernel says an open descriptor is; "" for what has no name any more."""
    if os.fstat(descriptor).st_nlink == 0:
        return ""
    return str(Path(f"/proc/self/fd/{descriptor}").readlink())


@dataclass(frozen=True, slots=True)
class Spot:
    """A name in an open folder; `path` is where it really is."""

    folder: int
    name: str
    path: str

    def status(self) -> os.stat_result | None:
        """What has this name now (links are not followed); None when nothing has."""
        try:
            return os.stat(self.name, dir_fd=self.folder, follow_symlinks=False)
        except FileNotFoundError:
            return None


class Territory:
    """The channel's root and the globs of the clause it was opened under."""

    def __init__(self, root: str, globs: tuple[str, ...]) -> None:
        self._globs = globs
        try:
            descriptor = open_place(root)
        except OSError as error:
            raise refused(error) from error
        try:
            self.root = real_path(descriptor)
        finally:
            os.close(descriptor)
        self._check(self.root)

    def contains(self, path: str) -> bool:
        """Whether the contract allows this real path, and it lies beneath the root."""
        beneath = path == self.root or path.startswith(f"{self.root.rstrip('/')}/")
        return beneath and any(matches_glob(glob, path) for glob in self._globs)

    def _check(self, path: str) -> None:
        if not self.contains(path):
            raise FileRefused(
                "outside", "The contract does not allow what this path leads to.", denied=True
            )

    @contextmanager
    def place(self, path: str) -> Iterator[tuple[int, str]]:
        """An O_PATH descriptor of an allowed path, and where it really is. FileRefused."""
        try:
            descriptor = open_place(_normal(path))
        except OSError as error:
            raise refused(error) from error
        try:
            real = real_path(descriptor)
            self._check(real)
            yield descriptor, real
        finally:
            os.close(descriptor)

    @contextmanager
    def spot(self, path: str) -> Iterator[Spot]:
        """The name `path` would have, in its open folder: for what creates, renames, removes.

        The folder itself need not be allowed, what is named must be. FileRefused, OSError.
        """
        folder, _, name = _normal(path).rpartition("/")
        try:
            descriptor = open_place(folder or "/")
        except OSError as error:
            raise refused(error) from error
        try:
            real = real_path(descriptor)
            if not real:
                raise FileRefused("not-found", "The folder is gone.")
            found = Spot(descriptor, name, f"{real.rstrip('/')}/{name}")
            if not name or found.path == self.root:
                raise FileRefused("root", "The channel's own root is not changed from within it.")
            self._check(found.path)
            yield found
        finally:
            os.close(descriptor)


def open_file(place: int) -> int:
    """Open for reading what an O_PATH descriptor holds; only a regular file. FileRefused."""
    regular(os.fstat(place))
    try:
        return os.open(f"/proc/self/fd/{place}", os.O_RDONLY | os.O_CLOEXEC | os.O_NOCTTY)
    except OSError as error:
        raise refused(error) from error


def open_folder(place: int) -> int:
    """Open for listing what an O_PATH descriptor holds. FileRefused."""
    try:
        flags = os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC
        return os.open(f"/proc/self/fd/{place}", flags)
    except OSError as error:
        raise refused(error) from error


def regular(status: os.stat_result) -> None:
    """Refuse devices, sockets, FIFOs, links and folders: reading them is more than reading."""
    if not stat.S_ISREG(status.st_mode):
        raise FileRefused("kind", f"This is {kind_words(status.st_mode)}, not a file.")


def kind_words(mode: int) -> str:
    """What a mode says something is, with its article."""
    kinds = (
        (stat.S_ISDIR, "a folder"),
        (stat.S_ISLNK, "a symbolic link"),
        (stat.S_ISFIFO, "a pipe"),
        (stat.S_ISSOCK, "a socket"),
    )
    return next((words for test, words in kinds if test(mode)), "a device")


def _normal(path: str) -> str:
    try:
        return normalised_path(path)
    except Refusal as refusal:
        raise FileRefused("path", refusal.sentence) from refusal
