"""`python -m reachback.config.demo.seeding`: migrate, then seed once, before anything serves."""

import sys

import django
from django.core.management import call_command

django.setup()

from reachback.config.demo.seeding import seed  # noqa: E402 - Django must be set up first

if __name__ == "__main__":
    call_command("migrate", verbosity=0)
    call_command("collectstatic", verbosity=0, interactive=False)
    seed.seed_once()
    sys.exit(0)
