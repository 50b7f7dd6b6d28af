"""`put`: content into a temporary file beside its target, renamed only when every byte is right."""

from __future__ import annotations

import hashlib
import os
import re
import stat
import time
from typing import Any, Final

from reachback_connector.files.paths import FileRefused, Spot, Territory, refused, regular

RESERVE: Final = 16 << 20  # bytes of the disk that stay free, for the device's own work
EDITED_MOST: Final = 4 << 20  # an edited file is hashed before it is replaced
_DIGEST: Final = re.compile("[0-9a-f]{64}")
_BLOCK: Final = 1 << 20


class Writing:
    """One `put`. The part that is there already counts: an upload goes on where it was cut."""

    operation = "put"

    def __init__(self, territory: Territory, request: dict[str, Any]) -> None:
        self.id = str(request["id"])
        self.size = _whole(request.get("size"))
        self._sum = str(request.get("sha256", ""))
        if not _DIGEST.fullmatch(self._sum):
            raise FileRefused("malformed", "A put names the content's SHA-256 beforehand.")
        with territory.spot(str(request["path"])) as spot:
            self._spot = Spot(os.dup(spot.folder), spot.name, spot.path)
        self.path = self._spot.path
        self._part = f".{self._sum[:32]}.reachback-part"
        self._file = -1
        self._hash = hashlib.sha256()
        self._backup = bool(request.get("backup"))
        try:
            self._begin(request)
        except OSError as error:
            self.close()
            raise refused(error) from error
        except FileRefused:
            self.close()
            raise

    def _begin(self, request: dict[str, Any]) -> None:
        target = self._spot.status()
        if target is not None:
            regular(target)
        _check_expected(self._spot, target, request.get("expect"))
        flags = os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC | os.O_NONBLOCK
        self._file = os.open(self._part, flags, 0o600, dir_fd=self._spot.folder)
        status = os.fstat(self._file)
        regular(status)
        if status.st_uid != os.geteuid() or status.st_nlink != 1:
            raise FileRefused("part", "The temporary file beside the target is somebody else's.")
        if status.st_size > self.size:
            os.ftruncate(self._file, 0)
        self._check_space(min(status.st_size, self.size))
        self.offset = self._read_part()

    def _check_space(self, held: int) -> None:
        disk = os.fstatvfs(self._file)
        free = disk.f_bavail * disk.f_frsize
        needed = self.size - held + (RESERVE if self.size > held else 0)
        if needed > free:
            if not held:
                os.unlink(self._part, dir_fd=self._spot.folder)
            sentence = f"This needs {needed} bytes with what must stay free, and {free} are free."
            raise FileRefused("no-space", sentence, needed=needed, free=free)

    def _read_part(self) -> int:
        """Hash what an earlier put left; its length."""
        at = 0
        while data := os.pread(self._file, _BLOCK, at):
            self._hash.update(data)
            at += len(data)
        return at

    @property
    def begun(self) -> dict[str, Any]:
        """The answer that asks for the content from `offset` on."""
        return {"path": self.path, "size": self.size, "offset": self.offset}

    @property
    def whole(self) -> bool:
        return self.offset >= self.size

    def take(self, data: bytes) -> None:
        """The next bytes. FileRefused when the disk refuses them, or more come than announced."""
        if self.offset + len(data) > self.size:
            self._discard()
            raise FileRefused("size", "More came than was announced.")
        view = memoryview(data)
        try:
            while view:
                written = os.pwrite(self._file, view, self.offset)
                self._hash.update(view[:written])
                self.offset += written
                view = view[written:]
        except OSError as error:
            self._discard()
            raise refused(error) from error

    def finish(self) -> dict[str, Any]:
        """Put the content in its place. FileRefused when it is not what was announced."""
        if self._hash.hexdigest() != self._sum:
            self._discard()
            raise FileRefused("digest", "What arrived is not what was announced: SHA-256 differs.")
        try:
            return self._replace()
        except OSError as error:
            raise refused(error) from error

    def _replace(self) -> dict[str, Any]:
        target = self._spot.status()
        if target is not None:
            regular(target)
            _keep_owner(self._file, target)
        else:
            os.fchmod(self._file, 0o644)
        os.fsync(self._file)
        done: dict[str, Any] = {"path": self.path, "size": self.size, "sha256": self._sum}
        if target is not None and self._backup:
            done["backup"] = _back_up(self._spot)
        folder = self._spot.folder
        os.rename(self._part, self._spot.name, src_dir_fd=folder, dst_dir_fd=folder)
        _sync_folder(folder)
        return done

    def _discard(self) -> None:
        try:
            os.unlink(self._part, dir_fd=self._spot.folder)
        except OSError:
            return  # it takes space, no more

    def close(self) -> None:
        """Close the files; what has arrived stays for another put."""
        for descriptor in (self._file, self._spot.folder):
            if descriptor >= 0:
                os.close(descriptor)
        self._file = -1
        self._spot = Spot(-1, self._spot.name, self._spot.path)


def _whole(value: object) -> int:
    if not isinstance(value, int) or isinstance(value, bool) or not 0 <= value < 1 << 53:
        raise FileRefused("malformed", "A put names the content's size beforehand.")
    return value


def _check_expected(spot: Spot, target: os.stat_result | None, expected: object) -> None:
    """An edit replaces what was read, not what somebody wrote since."""
    if not isinstance(expected, str):
        return
    found = "" if target is None else _sum_of(spot, target)
    if found != expected:
        raise FileRefused("changed", "The file was changed since it was read.")


def _sum_of(spot: Spot, target: os.stat_result) -> str:
    if target.st_size > EDITED_MOST:
        raise FileRefused("too-large", "Only small files are edited here.")
    descriptor = os.open(spot.name, os.O_RDONLY | os.O_NOFOLLOW, dir_fd=spot.folder)
    try:
        return hashlib.sha256(os.read(descriptor, EDITED_MOST + 1)).hexdigest()
    finally:
        os.close(descriptor)


def _keep_owner(file: int, target: os.stat_result) -> None:
    """The new file takes the old one's mode, and its owner where this user may give files away."""
    try:
        os.fchown(file, target.st_uid, target.st_gid)
    except PermissionError:
        mode = stat.S_IMODE(target.st_mode) & 0o777  # not ours to give: set-id bits are dropped
    else:
        mode = stat.S_IMODE(target.st_mode)
    os.fchmod(file, mode)


def _back_up(spot: Spot) -> str:
    """Keep what is replaced as NAME.reachback-DATE.bak; its name."""
    moment = time.strftime("%Y%m%dT%H%M%SZ", time.gmtime())
    name = f"{spot.name}.reachback-{moment}.bak"
    try:
        os.link(
            spot.name, name, src_dir_fd=spot.folder, dst_dir_fd=spot.folder, follow_symlinks=False
        )
    except FileExistsError:
        return name  # the same second's: it holds what there was before the first of its edits
    except PermissionError:
        # Linux lets nobody link a file they could not write (protected_hardlinks).
        copy_beside(spot, name)
    return name


def copy_beside(spot: Spot, name: str) -> None:
    """A copy of what has the spot's name, under another name in its folder. OSError."""
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC
    source = os.open(spot.name, os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC, dir_fd=spot.folder)
    try:
        copy = os.open(name, flags, stat.S_IMODE(os.fstat(source).st_mode), dir_fd=spot.folder)
        try:
            while os.sendfile(copy, source, None, _BLOCK):
                continue
            os.fsync(copy)
        finally:
            os.close(copy)
    finally:
        os.close(source)


def _sync_folder(folder: int) -> None:
    descriptor = os.open(f"/proc/self/fd/{folder}", os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
