"""A provider, Lotus Hotels with its contract, a pinned device, and a front that answers."""

import json
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from socketserver import ThreadingUnixStreamServer
from typing import Any
from uuid import UUID

import pytest
from pytest_django import Settings
from typing_extensions import override

from reachback.access import keys, operations
from reachback.access.instants import milliseconds
from reachback.access.tests.recorded import key
from reachback.cases import operations as cases
from reachback.cases.operations import NewCase
from reachback.devices.models import Device
from reachback.devices.operations import EnrolmentRequest, enrol, make_token
from reachback.kernel import actors
from reachback.kernel.actors import Actor
from reachback.people.models import (
    Organisation,
    RoleAssignment,
    Site,
    Team,
    TeamMembership,
    User,
)
from reachback.people.queries import actor_for
from reachback_wire import documents as wire

SYSTEM = actors.system("tests")
CUSTOMER, DEVICE, SESSION = key("customer"), key("device"), key("session")


@dataclass
class Front:
    """A front's control socket: it issues nonces and remembers what it was told."""

    asked: list[tuple[str, dict[str, Any]]] = field(default_factory=list)
    offline: bool = False
    nonces: int = 0
    # What it answers to questions that end so; everything else is done.
    answers: dict[str, dict[str, Any]] = field(default_factory=dict)

    def answer(self, path: str, body: dict[str, Any]) -> tuple[int, dict[str, Any]]:
        self.asked.append((path, body))
        if path.endswith("/nonce"):
            if self.offline:
                return 409, {"code": "device-offline", "sentence": "The device is offline."}
            self.nonces += 1
            return 200, {
                "nonce": f"{self.nonces:032x}",
                "node": "main",
                "generation": 1,
                "rtt_ms": 4,
            }
        for ending, found in self.answers.items():
            if path.endswith(ending):
                return 200, found
        return 200, {"sent": True, "cut": 1}

    def told(self, ending: str) -> list[dict[str, Any]]:
        return [body for path, body in self.asked if path.endswith(ending)]


@pytest.fixture
def front(settings: Settings, data_folder: Path) -> Iterator[Front]:
    found = Front()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            length = int(self.headers.get("Content-Length", "0"))
            body = json.loads(self.rfile.read(length) or b"{}")
            status, answer = found.answer(self.path, body)
            data = json.dumps(answer).encode()
            self.send_response(status)
            self.send_header("Content-Length", str(len(data)))
            self.end_headers()
            self.wfile.write(data)

        @override
        def log_message(self, format: str, *args: Any) -> None: ...

        @override
        def address_string(self) -> str:
            return "unix"

    server = ThreadingUnixStreamServer(str(settings.FRONT_SOCKET), Handler)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    yield found
    server.shutdown()
    thread.join()
    server.server_close()


@dataclass
class World:
    """Everybody and everything these tests name."""

    provider: Organisation
    lotus: Organisation
    site: Site
    users: dict[str, User]
    device: Device
    now: datetime

    def actor(self, name: str) -> Actor:
        found = actor_for(self.users[name])
        assert found is not None
        return found

    @property
    def keyset(self) -> wire.Keyset:
        chen = wire.KeysetKey(CUSTOMER.public_line, "Chen Wei", ("sign", "revoke"))
        return wire.Keyset(
            str(self.lotus.id), "Lotus Hotels", 1, 1, "independent", False, "", (chen,), 1
        )

    def contract(self, serial: int = 1, **changes: Any) -> wire.Contract:
        clause = wire.Clause(
            1,
            (wire.Capability("shell.user", ("guest",)),),
            wire.Who(teams=("Remote team",)),
            case_required=True,
        )
        values: dict[str, Any] = {
            "organisation": str(self.lotus.id),
            "keyset": 1,
            "serial": serial,
            "title": "Remote care of the front desks",
            "provider": wire.Party("Northstar", (keys.grant_public_line(),)),
            "clauses": (clause,),
            "device_tags": ("front-desk",),
            "effective": milliseconds(self.now) - 1000,
            "expires": milliseconds(self.now) + 30 * 86_400_000,
            "issued": milliseconds(self.now),
        }
        return wire.Contract(**(values | changes))

    def statement(self, serial: int = 1, tags: tuple[str, ...] = ("front-desk",)) -> wire.Envelope:
        value = wire.DeviceStatement(
            str(self.lotus.id),
            1,
            serial,
            DEVICE.public_line,
            "lijiang-frontdesk",
            "Lijiang",
            tags,
            1,
        )
        return wire.seal(value, CUSTOMER)

    def publish(self, contract: wire.Contract | None = None) -> None:
        chen, given = self.actor("chen"), {"now": self.now, "organisation_id": self.lotus.id}
        operations.publish_keyset(
            actor=chen, document=wire.seal(self.keyset, CUSTOMER).to_json(), **given
        )
        operations.publish_statement(actor=chen, document=self.statement().to_json(), **given)
        signed = wire.seal(contract or self.contract(), CUSTOMER)
        operations.publish_contract(actor=chen, document=signed.to_json(), **given)

    def open_case(self) -> UUID:
        new = NewCase(
            organisation_id=self.lotus.id,
            site_id=self.site.id,
            subject="Guest registration failed",
            channel="alert",
            body="The page answers 500.",
            device_id=self.device.id,
            device_name=self.device.name,
        )
        return cases.open_case(actor=SYSTEM, now=self.now, case=new).case_id

    def connect(self, case_id: UUID | None, **changes: Any) -> operations.Connected:
        values = {
            "device_id": self.device.id,
            "case_id": case_id,
            "session_key": SESSION.public_line,
            "run_as": "guest",
        }
        request = operations.ConnectRequest(**(values | changes))
        return operations.connect(actor=self.actor("tomas"), now=self.now, request=request)


def _person(organisation: Organisation, slug: str, name: str, role: str) -> User:
    email = f"{slug}@{organisation.slug}.example"
    user = User.objects.create_user(email, organisation=organisation, name=name)
    RoleAssignment.objects.create(user=user, role=role)
    return user


@pytest.fixture
def world(db: None, front: Front, now: datetime) -> World:
    provider = Organisation.objects.create(kind="provider", name="Northstar", slug="northstar")
    lotus = Organisation.objects.create(kind="customer", name="Lotus Hotels", slug="lotus")
    palm = Organisation.objects.create(kind="customer", name="Palm Inns", slug="palm")
    site = Site.objects.create(organisation=lotus, name="Lotus Lijiang", zone="Asia/Shanghai")
    users = {
        "maya": _person(provider, "maya", "Maya Lindqvist", "operations-manager"),
        "tomas": _person(provider, "tomas", "Tomás Rivera", "technician"),
        "aiko": _person(provider, "aiko", "Aiko Sato", "technician"),
        "ada": _person(provider, "ada", "Ada Auditor", "auditor"),
        "chen": _person(lotus, "chen", "Chen Wei", "customer-administrator"),
        "li": _person(lotus, "li", "Li Na", "customer-member"),
        "pat": _person(palm, "pat", "Pat Palm", "customer-administrator"),
    }
    team = Team.objects.create(organisation=provider, name="Remote team")
    TeamMembership.objects.create(team=team, user=users["tomas"])
    technician = actor_for(users["tomas"])
    assert technician is not None
    token = make_token(
        actor=technician,
        now=now,
        organisation_id=lotus.id,
        site_id=site.id,
        name="lijiang-frontdesk",
    )
    asked = EnrolmentRequest(token=token.token, key=DEVICE.public_line, instance="i")
    made = enrol(now=now, request=asked, remote="")
    device: Device = Device.objects.visible_to(SYSTEM).get(id=made.device_id)
    return World(provider, lotus, site, users, device, now)
