"""The library of the demo: scripts and a recipe the hotel's contract allows, and one script not."""

from __future__ import annotations

import os
import sys
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Final
from uuid import UUID

from reachback.access.operations import create_recipe, create_script
from reachback.access.recipes.kinds import READY, STEPS
from reachback.access.scripts.parameters import Parameter
from reachback.access.scripts.versions import NewVersion
from reachback.config.demo.hotel.place import CONF, PACKAGE, WHEELS
from reachback.kernel.actors import Actor

DIAGNOSTICS: Final = f"""\
#!/bin/sh
# What somebody needs to see before touching anything. Changes nothing.
set -u
cd "$1" || exit 66
echo "== state of the service"
./guest-registration status
echo "== the file against its backup"
diff -u {CONF}.backup {CONF} && echo "no difference"
echo "== the last $2 lines of its log"
tail -n "$2" service.log
echo "== the machine"
uname -sr
uptime
"""
RESTORE: Final = f"""\
#!/bin/sh
# Put the backup of the configuration back; the file as it is now is kept beside it.
set -eu
cd "$1"
if cmp -s {CONF} {CONF}.backup; then
  echo "The file is its backup already; nothing was changed."
  exit 0
fi
cp -p {CONF} "{CONF}.before-restore"
cp {CONF}.backup {CONF}
cmp {CONF} {CONF}.backup
echo "Restored. The service still has to be restarted: type ./guest-registration restart."
"""
DISK: Final = """\
#!/bin/sh
# How full each file system is, and the largest folders below a path. Changes nothing.
set -u
df -h
echo
du -xh --max-depth=1 "$1" 2>/dev/null | sort -h | tail -n "$2"
"""
PURGE: Final = """\
#!/bin/sh
# Empty the package cache. No hotel has allowed it yet.
set -eu
du -sh /var/cache/apt/archives
apt-get clean
"""


@dataclass(frozen=True)
class Sample:
    """A script of the demo; `allowed`: the hotel signed its digest."""

    name: str
    about: str
    version: NewVersion
    allowed: bool = True


def samples(folder: Path) -> tuple[Sample, ...]:
    """The demo's scripts; the service lies in `folder` on the hotel's machine."""
    where = Parameter(
        name="folder", label="Where the service lies", kind="path", required=True,
        default=str(folder), beneath=str(folder),
    )  # fmt: skip
    path = Parameter(name="path", label="Below which folder", kind="path", default="/var")
    lines = Parameter(
        name="lines", label="How many lines", kind="number", required=True,
        default="20", least=1, most=500,
    )  # fmt: skip
    return (
        Sample(
            "Collect diagnostics",
            "State, configuration and log of the guest registration. Changes nothing.",
            NewVersion(text=DIAGNOSTICS, parameters=(where, lines), time_limit=30),
        ),
        Sample(
            "Disk report",
            "How full the disks are and what fills them. Changes nothing.",
            NewVersion(text=DISK, parameters=(path, lines), time_limit=120),
        ),
        Sample(
            "Restore the registration's configuration",
            "Puts the backup of the file back and keeps the one that was there.",
            NewVersion(text=RESTORE, parameters=(where,), time_limit=15),
        ),
        Sample(
            "Empty the package cache",
            "Frees disk space. No contract allows it yet.",
            NewVersion(text=PURGE),
            allowed=False,
        ),
    )


RECIPE: Final = "Identity-card reader"


def recipe(folder: Path) -> dict[str, NewVersion]:
    """The recipe that installs the reader's software: pip, from wheels that lie on the machine.

    Started by root, the machine is somebody else's, who reaches the system's Python for certain.
    """
    usual = {
        "environment": str(folder / "reader"),
        "package": PACKAGE[0],
        "version": PACKAGE[1],
        "wheels": str(folder / WHEELS),
        "python": "/usr/bin/python3" if os.geteuid() == 0 else sys.executable,
    }
    ready = READY["pip"]
    asked = [replace(each, default=usual.get(each.name, "")) for each in ready.parameters]
    return {step: ready.version(step, asked) for step in STEPS}


def _place_recipe(actor: Actor, now: datetime, provider_id: UUID, folder: Path) -> None:
    steps = {
        step: create_script(
            actor=actor,
            now=now,
            organisation_id=provider_id,
            name=f"{RECIPE}: {step}",
            purpose=step,
            version=version,
        ).id
        for step, version in recipe(folder).items()
    }
    create_recipe(
        actor=actor,
        now=now,
        organisation_id=provider_id,
        name=RECIPE,
        about="Installs the software that reads guests' cards, from wheels that lie on the desk.",
        kind="pip",
        steps=steps,
    )


def place(actor: Actor, now: datetime, provider_id: UUID, folder: Path) -> None:
    """Write them into the provider's library."""
    _place_recipe(actor, now, provider_id, folder)
    for sample in samples(folder):
        create_script(
            actor=actor,
            now=now,
            organisation_id=provider_id,
            name=sample.name,
            about=sample.about,
            version=sample.version,
        )
