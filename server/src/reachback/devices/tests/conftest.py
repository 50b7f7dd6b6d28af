"""A provider, a customer with a site, and devices as a connector would bring them."""

from collections.abc import Callable
from datetime import datetime

import pytest

from reachback.devices.models import Device
from reachback.devices.operations import EnrolmentRequest, enrol, make_token
from reachback.kernel import actors, tenancy
from reachback.kernel.actors import Actor
from reachback.people.models import Organisation, RoleAssignment, Site, User
from reachback.people.queries import actor_for
from reachback_wire.documents import Hello, seal
from reachback_wire.signing import PrivateKey

SYSTEM = actors.system("tests")


@pytest.fixture
def provider(db: None) -> Organisation:
    return Organisation.objects.create(kind="provider", name="Northstar", slug="northstar")


@pytest.fixture
def customer(db: None) -> Organisation:
    return Organisation.objects.create(kind="customer", name="Lotus Hotels", slug="lotus")


@pytest.fixture
def other_customer(db: None) -> Organisation:
    return Organisation.objects.create(kind="customer", name="Palm Inns", slug="palm")


@pytest.fixture
def site(customer: Organisation) -> Site:
    return Site.objects.create(
        organisation=customer, name="Lotus Lijiang", city="Lijiang", zone="Asia/Shanghai"
    )


def _person(organisation: Organisation, name: str, role: str) -> User:
    email = f"{name.split(maxsplit=1)[0].lower()}@{organisation.slug}.example"
    user = User.objects.create_user(email, organisation=organisation, name=name)
    RoleAssignment.objects.create(user=user, role=role)
    return user


@pytest.fixture
def technician(provider: Organisation) -> User:
    return _person(provider, "Tomás Rivera", "technician")


@pytest.fixture
def auditor(provider: Organisation) -> User:
    return _person(provider, "Ada Auditor", "auditor")


@pytest.fixture
def chen(customer: Organisation) -> User:
    return _person(customer, "Chen Wei", "customer-administrator")


@pytest.fixture
def stranger(other_customer: Organisation) -> User:
    return _person(other_customer, "Pat Palm", "customer-administrator")


def acting(user: User) -> Actor:
    found = actor_for(user)
    assert found is not None
    return found


@pytest.fixture
def token_for(technician: User, site: Site) -> Callable[..., str]:
    def make(now: datetime, name: str = "lijiang-frontdesk") -> str:
        made = make_token(
            actor=acting(technician),
            now=now,
            organisation_id=site.organisation_id,
            site_id=site.id,
            name=name,
        )
        return made.token

    return make


@pytest.fixture
def device_key() -> PrivateKey:
    return PrivateKey(b"d" * 32)


@pytest.fixture
def device(token_for: Callable[..., str], device_key: PrivateKey, now: datetime) -> Device:
    request = EnrolmentRequest(
        token=token_for(now), key=device_key.public_line, hostname="frontdesk", instance="i-1"
    )
    made = enrol(now=now, request=request, remote="203.0.113.9")
    found: Device = Device.objects.visible_to(SYSTEM).get(id=made.device_id)
    return found


def hello_of(signer: PrivateKey, *, nonce: str = "n" * 43, **members: object) -> dict[str, object]:
    values: dict[str, object] = {
        "role": "device",
        "key": signer.public_line,
        "nonce": nonce,
        "node": "main",
        "issued": 1_795_320_000_000,  # the instant of the fixture `now`
        "instance": "i-1",
        "boot": "b-1",
    }
    document = Hello(**(values | members))  # type: ignore[arg-type]
    return seal(document, signer).to_hello_json()


def reload(device: Device) -> Device:
    with tenancy.every_organisation(reason="tests look at the row"):
        return Device.objects.get(id=device.id)
