"""Capabilities: what a clause allows on a device, each with its own limit."""

import posixpath
import re
from dataclasses import dataclass
from typing import Final

from reachback_wire.documents.members import DIGEST, Members, malformed
from reachback_wire.documents.scan import SCANNERS
from reachback_wire.refusals import Refusal

# capability → the member that limits it ("" = it has no limit to name)
LIMITS: Final = {
    "shell.user": "run_as",
    "shell.admin": "",
    "exec": "scripts",
    "files.read": "paths",
    "files.write": "paths",
    "desktop.view": "",
    "desktop.control": "",
    "tunnel": "targets",
    "install": "recipes",
    "reboot": "",
    "health": "",
}
NAMES: Final = tuple(LIMITS)
ADMINISTRATORS: Final = frozenset({"root", "Administrator", "SYSTEM"})
_TARGET: Final = re.compile(r"(\[[0-9a-f:.]+\]|[A-Za-z0-9._-]+):([1-9][0-9]{0,4})")
_MAX_PORT: Final = 65_535


@dataclass(frozen=True, slots=True)
class Capability:
    """A capability and its limit: users, script digests, globs, `host:port`s or recipes.

    `any` is exec's "any script", `run_as` the users its scripts run as (none named: everybody but
    administrators); `scanner` is who must have looked at what `files.write` brings, "" for nobody.
    For the capabilities without a limit `values` is empty.
    """

    name: str
    values: tuple[str, ...] = ()
    any: bool = False
    scanner: str = ""
    run_as: tuple[str, ...] = ()

    @classmethod
    def read(cls, members: Members) -> "Capability":
        name = members.choice("name", NAMES)
        limit = LIMITS[name]
        values = members.texts(limit) if limit else ()
        found = cls(
            name,
            values,
            any=members.boolean("any") if name == "exec" else False,
            scanner=_scanner(name, members),
            run_as=_script_users(name, members),
        )
        members.finish()
        found._check()
        return found

    def _check(self) -> None:
        for value in self.values:
            if not value:
                malformed(f"A limit of “{self.name}” is empty.")
            if self.name == "exec" and not DIGEST.fullmatch(value):
                malformed("A script is named by its SHA-256 digest.")
            if self.name == "tunnel":
                check_target(value)
            if self.name.startswith("files.") and not value.startswith("/"):
                malformed("A path in a contract begins with “/”.")

    def to_value(self) -> dict[str, object]:
        value: dict[str, object] = {"name": self.name}
        if LIMITS[self.name]:
            value[LIMITS[self.name]] = list(self.values)
        if self.name == "exec":
            value["any"] = self.any
        if self.run_as:
            value["run_as"] = list(self.run_as)
        if self.scanner:
            value["scanner"] = self.scanner
        return value

    @property
    def implies_everything(self) -> bool:
        """Whether who holds this may do anything on the device, whatever else is written."""
        return (
            self.name == "shell.admin"
            or (self.name == "install" and "*" in self.values)
            or (self.name == "shell.user" and not ADMINISTRATORS.isdisjoint(self.values))
            or (self.any and not ADMINISTRATORS.isdisjoint(self.run_as))
        )

    def runs_as(self, user: str) -> bool:
        """Whether `exec` lets a script run as `user`; administrators only where they are named."""
        return user in self.run_as if self.run_as else user not in ADMINISTRATORS

    def allows(self, parameter: str) -> bool:
        """Whether the limit admits `parameter` (user, digest, path, `host:port`, recipe)."""
        if self.name.startswith("files."):
            return any(matches_glob(glob, parameter) for glob in self.values)
        if self.name == "exec" and self.any:
            return True
        if self.name == "install" and "*" in self.values:
            return True
        return not LIMITS[self.name] or parameter in self.values


def _scanner(name: str, members: Members) -> str:
    """The scanner `files.write` demands; the member is left out where none is."""
    if name != "files.write" or not members.has("scanner"):
        return ""
    return members.choice("scanner", SCANNERS)


def _script_users(name: str, members: Members) -> tuple[str, ...]:
    """The users `exec` names; the member is left out where it names none."""
    if name != "exec" or not members.has("run_as"):
        return ()
    found = members.texts("run_as")
    if not found or not all(found):
        malformed("A script's users are named; “run_as” is left out where none is.")
    return found


def check_target(target: str) -> None:
    """Refuse a tunnel target that is not `host:port` (IPv6 in brackets, lower case)."""
    match = _TARGET.fullmatch(target)
    if match is None or int(match[2]) > _MAX_PORT:
        malformed("A tunnel's target is written host:port; tunnels carry TCP, never UDP.")


def normalised_path(path: str) -> str:
    """Give back an absolute, normalised POSIX path; anything else is refused.

    `..`, `.`, doubled or trailing slashes and NUL are refused rather than repaired: what is asked
    must be what is opened. Symbolic links are the device's business (it opens beneath the prefix).
    """
    wrong = (
        not path.startswith("/")
        or path.startswith("//")
        or "\0" in path
        or posixpath.normpath(path) != path
    )
    if wrong:
        raise Refusal("parameter-refused", "A path must be absolute and without “..” or “.”.")
    return path


def matches_glob(glob: str, path: str) -> bool:
    """Match a normalised path: `*` and `?` stay within one part, `**` spans parts.

    `FOLDER/**` is the folder itself, too: who may see everything in it may see that it is there.
    """
    return _glob_pattern(glob).fullmatch(path) is not None


def _glob_pattern(glob: str) -> re.Pattern[str]:
    tail = "(?:/.*)?" if glob.endswith("/**") else ""
    parts = re.split(r"(\*\*|\*|\?)", glob.removesuffix("/**") if tail else glob)
    wild = {"**": ".*", "*": "[^/]*", "?": "[^/]"}
    # `re` keeps its own cache of compiled patterns.
    return re.compile(
        "".join(wild.get(part) or re.escape(part) for part in parts) + tail, re.DOTALL
    )
