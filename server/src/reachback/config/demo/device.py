"""The machine in the hotel: put the service in place, enrol as any customer's device would, run.

Run by the supervisor as ``python -m reachback.config.demo.device DATA``; ends by becoming the
connector.
"""

from __future__ import annotations

import shutil
import sys
import time
import urllib.error
import urllib.request
from datetime import datetime
from pathlib import Path
from typing import Any

from reachback.config.demo import account
from reachback.config.demo.customer import Customer, Provider
from reachback.config.demo.hotel import place
from reachback.config.demo.places import Places
from reachback.kernel import admin, clock
from reachback_wire.documents import keyset_fingerprint

DEVICE = "lijiang-frontdesk"
LONGEST_ANSWER = 600.0  # seconds; seeding the history is one request
LONGEST_WAIT = 90.0  # seconds for the provider's front to answer; a cold start took 8


class Setup:
    """The steps between an empty machine and an enrolled, pinned device."""

    def __init__(self, places: Places) -> None:
        self.places = places
        self.ports = places.ports()
        self.machine = account.choose(places.hotel)

    def ask(self, kind: str, **data: object) -> dict[str, Any]:
        """Ask the provider's server, as its operator would on the machine itself."""
        return admin.request(
            self.places.data / "run" / "admin.sock", kind, seconds=LONGEST_ANSWER, **data
        )

    @property
    def url(self) -> str:
        """The provider's address as seen from the hotel: through the cable."""
        return f"http://127.0.0.1:{self.ports['cable']}"

    def wait_for_provider(self) -> None:
        """Wait until the provider answers through the cable."""
        until = time.monotonic() + LONGEST_WAIT
        while time.monotonic() < until:
            try:
                with urllib.request.urlopen(f"{self.url}/-/ready", timeout=5) as answer:  # noqa: S310 - loopback
                    if answer.status == 200:
                        return
            except (urllib.error.URLError, ConnectionError, TimeoutError):
                time.sleep(0.2)
        sys.exit("The provider's server did not become ready.")

    def enrol(self, now: datetime) -> None:
        """Customer and provider each do their half; the connector joins them.

        Each step is left out when an interrupted start already took it.
        """
        facts = self.ask("demo.facts")
        customer = Customer(self.places.customer, facts["organisation"], facts["name"])
        keyset = customer.keyset(now)
        if not facts["keyset"]:
            self.ask("demo.keyset", envelope=keyset.to_json())
        if not facts["enrolled"]:
            token = self.ask("demo.token")["token"]
            fingerprint = keyset_fingerprint(keyset.body)
            self.connector("enrol", self.url, "--token", token, "--customer-keys", fingerprint)
        self.pin(now, customer, facts)

    def pin(self, now: datetime, customer: Customer, facts: dict[str, Any]) -> None:
        """The administrator compares the fingerprint, then signs statement and contract."""
        key = self.ask("demo.device")["key"]
        statement = customer.statement(now, key=key, name=DEVICE, site=facts["site"])
        if not facts["pinned"]:
            self.ask("demo.statement", envelope=statement.to_json())
        log_keys = tuple(facts["log_keys"])
        provider = Provider(
            facts["provider"],
            facts["team"],
            tuple(facts["grant_keys"]),
            log_keys,
            tuple(facts["scripts"]),
        )
        folder = self.places.service
        page = f"127.0.0.1:{self.ports['service']}"
        contract = customer.contract(now, provider, self.machine.account.pw_name, folder, page)
        if not facts["contract"]:
            self.ask("demo.contract", envelope=contract.to_json())
        customer.trust()

    def connector(self, verb: str, *arguments: str) -> None:
        """Run the connector's command line; its words go to the demo's log."""
        state = ("--state", str(self.places.device))
        status = self.machine.run(verb, *arguments, *state, folder=self.places.hotel)
        if status != 0:
            sys.exit(f"reachback-connector {verb} ended with status {status}")

    def run(self) -> None:
        """Everything in order; the last step replaces this process."""
        enrolled = self.places.customer / "trust.json"
        if not enrolled.exists() and self.places.device.exists():
            shutil.rmtree(self.places.device)  # of a demo whose data was thrown away
        place.place(self.places.service, port=self.ports["service"], python=self.machine.python)
        self.places.device.mkdir(parents=True, exist_ok=True, mode=0o700)
        checks = place.checks(self.places.service, port=self.ports["service"])
        (self.places.device / "checks.json").write_text(checks, "utf-8")
        account.give(self.places.hotel, self.machine.account)
        place.run(self.places.service, "start")
        self.wait_for_provider()
        if not enrolled.exists():
            self.enrol(clock.now())
        self.machine.become(self.places.service, "run", "--state", str(self.places.device))


if __name__ == "__main__":
    Setup(Places(Path(sys.argv[1]))).run()
