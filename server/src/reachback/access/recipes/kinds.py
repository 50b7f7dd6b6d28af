"""The recipes that come with Reachback, and the kinds of package a recipe may install. Pure.

The texts lie in `ready/KIND_STEP.sh`, so that they are read, checked and tested as the scripts
they are.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from django.utils.translation import gettext_lazy as _
from django_stubs_ext import StrOrPromise

from reachback.access.scripts.parameters import Parameter
from reachback.access.scripts.versions import NewVersion

STEPS: Final = ("check", "apply", "verify")
#: Kinds that have a place and no connector yet.
LATER: Final[Mapping[str, StrOrPromise]] = {
    "msi": _("Windows packages wait for Windows devices: no connector here installs them yet."),
}
_TEXTS = Path(__file__).resolve().parent / "ready"
_LIMITS = {"check": 60, "apply": 1800, "verify": 300}  # seconds


@dataclass(frozen=True)
class Ready:
    """A recipe that comes along: its three texts share `parameters`."""

    kind: str
    name: str
    about: str
    parameters: Sequence[Parameter]

    def version(self, step: str, parameters: Sequence[Parameter] = ()) -> NewVersion:
        """The step's script; other `parameters` than usual have other usual answers."""
        return NewVersion(
            text=(_TEXTS / f"{self.kind}_{step}.sh").read_text("utf-8"),
            parameters=tuple(parameters or self.parameters),
            time_limit=_LIMITS[step],
        )


_PACKAGE = Parameter(name="package", label="Package", kind="package", required=True)
_VERSION = Parameter(name="version", label="Version", kind="version")
_FILE = Parameter(name="file", label="Its file on the device, instead of a source", kind="path")
READY: Final[Mapping[str, Ready]] = {
    each.kind: each
    for each in (
        Ready(
            "deb",
            "Debian package",
            "Installs a package with apt, from the machine's sources or a .deb that lies on it.",
            (
                _PACKAGE,
                _VERSION,
                _FILE,
                Parameter(name="refresh", label="Read the sources' lists first", kind="boolean"),
            ),
        ),
        Ready(
            "rpm",
            "RPM package",
            "Installs a package with dnf or yum, from the machine's sources or an .rpm on it.",
            (_PACKAGE, _VERSION, _FILE),
        ),
        Ready(
            "pip",
            "Python package in an environment",
            "Installs a package with pip into a virtual environment of its own.",
            (
                Parameter(name="environment", label="Environment", kind="path", required=True),
                _PACKAGE,
                Parameter(name="version", label="Version", kind="version", required=True),
                Parameter(name="wheels", label="Folder of wheels (then no network)", kind="path"),
                Parameter(name="requirements", label="Requirements with digests", kind="path"),
                Parameter(
                    name="python", label="Python for a new environment", kind="path",
                    required=True, default="/usr/bin/python3",
                ),
            ),
        ),
    )
}  # fmt: skip
