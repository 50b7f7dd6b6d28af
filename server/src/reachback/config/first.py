"""`reachback setup`: make the provider and its first administrator. Once, on the machine itself.

There is no web page for it: a set-up page that can be reached again is how such systems fall
(CVE-2024-1709). Run it before the first `reachback serve`.
"""

from __future__ import annotations

import argparse
import getpass
import os
import sys
from pathlib import Path

from django.conf import settings
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.core.management import call_command

from reachback.config import installation
from reachback.kernel import clock
from reachback.kernel.actors import system
from reachback.kernel.database import owner
from reachback.kernel.errors import ReachbackError
from reachback.people import queries as people
from reachback.people.operations import create_organisation, create_user

ROLES = ("administrator", "operations-manager")


def main(arguments: list[str]) -> int:
    """Ask what is missing, write it, say what to do next."""
    parser = argparse.ArgumentParser(prog="reachback setup", description=__doc__)
    parser.add_argument("--provider", required=True, help="your organisation's name")
    parser.add_argument("--name", required=True, help="the first administrator's name")
    parser.add_argument("--email", required=True, help="the address to sign in with")
    parser.add_argument("--zone", default="UTC", help="for example Europe/Oslo")
    options = parser.parse_args(arguments)
    password = os.environ.get("REACHBACK_SETUP_PASSWORD") or getpass.getpass("Password: ")
    data = Path(settings.REACHBACK_DATA).absolute()
    installation.prepare(data)
    try:
        validate_password(password)
        with owner.take(data):
            _write(options, password)
    except owner.AlreadyOwned:
        return _refuse("Reachback is running on this data. Stop it, then run setup.")
    except ValidationError as error:
        return _refuse(" ".join(error.messages))
    except ReachbackError as error:
        return _refuse(str(error.sentence))
    sys.stdout.write(f"Done. Start it: reachback serve --data {data}\n")
    return 0


def _write(options: argparse.Namespace, password: str) -> None:
    """Bring the tables up to date and write provider and administrator."""
    call_command("migrate", verbosity=0)
    if people.provider() is not None:
        raise AlreadySetUp("already-set-up", "This installation has a provider already.")
    actor, now = system("reachback setup"), clock.now()
    made = create_organisation(
        actor=actor, now=now, kind="provider", name=options.provider, zone=options.zone
    )
    create_user(
        actor=actor,
        now=now,
        organisation_id=made.id,
        email=options.email,
        name=options.name,
        roles=ROLES,
        password=password,
    )


class AlreadySetUp(ReachbackError):
    """Setup runs once."""


def _refuse(sentence: str) -> int:
    """Say why nothing was done."""
    sys.stderr.write(f"{sentence}\n")
    return 1
