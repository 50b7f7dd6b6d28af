"""A small history, every figure of which can be added up by hand."""

from datetime import datetime, timedelta
from decimal import Decimal
from uuid import UUID

from django.apps import apps
from django.db.models import Model
from django.test import Client

from reachback.cases import operations
from reachback.cases.operations import NewEntry, NewResolution
from reachback.cases.tests.factory import SYSTEM, World
from reachback.devices.operations.add_sample_device import add_sample_device

HOSTILE = "<img src=x onerror=alert(1)>\u202e"


def resolve(
    world: World,
    number_of: UUID,
    *,
    at: datetime,
    alternative: str = "none",
    cost: str = "",
    currency: str = "EUR",
    by: str = "tomas",
) -> UUID:
    """Resolve the case with what was avoided; return the entry, for undo."""
    return operations.resolve(
        actor=world.actor(by),
        now=at,
        case_id=number_of,
        resolution=NewResolution(
            cause="cause",
            action="action",
            alternative=alternative,
            alternative_cost=Decimal(cost) if cost else None,
            currency=currency,
            cost_source="contract annex 3",
        ),
    )


def answer(world: World, case_id: UUID, *, at: datetime, by: str = "tomas") -> None:
    """Write the first answer."""
    entry = NewEntry(kind="message", body="We are on it.")
    operations.add_entry(actor=world.actor(by), now=at, case_id=case_id, entry=entry)


def write(world: World, now: datetime) -> None:
    """Seven cases of two customers within six days before `now`; Lotus has a target, Other none.

    Lotus, priority 3 (first answer within 4 h): A in time, B late, C still waiting, D overdue and
    a sample. Lotus, priority 1 (15 min): E in time. Other, no target: F. Long ago: G.
    Resolved: A after 2 h (truck roll, EUR 420.50), B after 6 h (truck roll, CNY 1,000),
    E after 1 h (call-back, EUR 30), F after 10 h (nothing), G today after 100 days (escalation,
    EUR 5). H was resolved with a truck roll of EUR 999 and opened again: it does not count.
    """
    day = now - timedelta(days=3)
    hour = timedelta(hours=1)
    a = world.open("A", now=day, priority=3)
    answer(world, a.id, at=day + hour)
    resolve(world, a.id, at=day + 2 * hour, alternative="truck_roll", cost="420.50")
    b = world.open("B", now=day, priority=3, site_id=world.bergen.id)
    answer(world, b.id, at=day + 5 * hour)
    resolve(
        world, b.id, at=day + 6 * hour, alternative="truck_roll", cost="1000", currency="CNY",
        by="aiko",
    )  # fmt: skip
    world.open("C", now=now - hour, priority=3)
    world.open("D", now=day, priority=3, sample=True)
    e = world.open("E", now=day, priority=1)
    answer(world, e.id, at=day + timedelta(minutes=15))
    resolve(world, e.id, at=day + hour, alternative="call_back", cost="30")
    f = world.open("F", now=day, organisation_id=world.other.id, site_id=None, priority=3)
    answer(world, f.id, at=day + 9 * hour)
    resolve(world, f.id, at=day + 10 * hour)
    g = world.open("G", now=now - timedelta(days=100), priority=3)
    resolve(world, g.id, at=now - hour, alternative="escalation", cost="5")
    h = world.open("H", now=now - timedelta(days=100), priority=3)
    resolve(world, h.id, at=day, alternative="truck_roll", cost="999")
    operations.reopen(actor=world.actor("wei"), now=day + hour, case_id=h.id)


def hold_session(
    world: World,
    *,
    began: datetime,
    minutes: int | None,
    case_id: UUID | None,
    sample: bool = False,
) -> Model:
    """A session of Tomás on a device of Lotus."""
    device_id = add_sample_device(
        actor=SYSTEM,
        now=began,
        organisation_id=world.lotus.id,
        site_id=world.lijiang.id,
        name="lijiang-frontdesk",
        tags=(),
        system="linux",
    )
    documents, sessions = (
        apps.get_model("access", name) for name in ("ContractDocument", "AccessSession")
    )
    contract, _ = documents.objects.marked_scoped().get_or_create(
        digest="sha256:test",
        defaults={
            "organisation_id": world.lotus.id, "keyset_serial": 1, "serial": 1, "title": "Contract",
            "body": "{}", "signatures": [], "effective": began, "expires": began,
            "published_at": began,
        },
    )  # fmt: skip
    row: Model = sessions(
        organisation_id=world.lotus.id,
        device_id=device_id,
        case_id=case_id,
        technician=world.users["tomas"],
        contract=contract,
        session_key="k",
        clause=1,
        sentence="s",
        state="live" if minutes is None else "ended",
        asked_at=began,
        started_at=began,
        ended_at=None if minutes is None else began + timedelta(minutes=minutes),
        expires_at=began + timedelta(hours=8),
        sample=sample,
    )
    row.save()
    return row


def browser(world: World, name: str) -> Client:
    """A browser in which the person is signed in."""
    client = Client(headers={"host": "ops.localhost"})
    backend = "allauth.account.auth_backends.AuthenticationBackend"
    client.force_login(world.users[name], backend=backend)
    return client
