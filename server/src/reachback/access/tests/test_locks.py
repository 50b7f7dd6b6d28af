"""Locks: what runs ends, nothing begins, whoever is stopped reads why, and it can be lifted."""

from datetime import timedelta
from uuid import UUID

import pytest
from django.test import Client

from reachback.access import operations
from reachback.access.errors import AccessRefused, AlreadyLocked, MayNotLock, NoSuchLock
from reachback.access.locks import standing
from reachback.access.models import AccessSession, Lock
from reachback.access.tests.conftest import SESSION, SYSTEM, Front, World
from reachback.audit import queries as audit
from reachback.people.errors import NoSuchPerson

pytestmark = pytest.mark.django_db


def lock(world: World, scope: str, target: UUID | None, who: str = "maya") -> tuple[Lock, int]:
    return operations.place_lock(
        actor=world.actor(who), now=world.now, scope=scope, target=target, reason=" lost  laptop "
    )


def targets(world: World) -> dict[str, UUID | None]:
    return {
        "person": world.users["tomas"].id,
        "device": world.device.id,
        "customer": world.lotus.id,
        "everything": None,
    }


@pytest.fixture
def made(world: World) -> operations.Connected:
    world.publish()
    return world.connect(world.open_case())


@pytest.mark.parametrize("scope", ["person", "device", "customer", "everything"])
def test_a_lock_ends_what_is_open_and_lets_nothing_begin(
    world: World, front: Front, made: operations.Connected, scope: str
) -> None:
    row, ended = lock(world, scope, targets(world)[scope])
    assert ended == 1
    assert front.told(f"/sessions/{made.session_id}/cut") == [
        {"code": "locked", "sentence": row.sentence}
    ]
    session = AccessSession.objects.visible_to(SYSTEM).get(id=made.session_id)
    assert (session.state, session.end_code) == ("ended", "locked")
    with pytest.raises(AccessRefused) as refused:
        world.connect(world.open_case())
    assert refused.value.code == "locked"
    assert refused.value.sentence.startswith("Maya Lindqvist locked all remote access")
    assert refused.value.sentence.endswith(": lost laptop.")
    operations.lift_lock(actor=world.actor("maya"), now=world.now, lock_id=row.id)
    assert world.connect(world.open_case()).session_id


def test_a_live_session_is_cut_and_its_end_says_who_locked(
    world: World, front: Front, made: operations.Connected
) -> None:
    opened = {"id": "a", "kind": "opened", "channel": made.channel}
    operations.record_events(now=world.now, session_id=made.session_id, events=[opened])
    row, ended = lock(world, "device", world.device.id)
    assert ended == 1
    session = AccessSession.objects.visible_to(SYSTEM).get(id=made.session_id)
    assert session.state == "live", "the front's event ends it, with its recording"
    over = {"id": "b", "kind": "ended", "channel": made.channel, **front.told("/cut")[0]}
    operations.record_events(now=world.now, session_id=made.session_id, events=[over])
    session.refresh_from_db()
    assert (session.end_code, session.words[-1]) == ("locked", row.sentence)


def test_a_lock_stops_only_what_it_names(world: World, made: operations.Connected) -> None:
    assert lock(world, "person", world.users["aiko"].id)[1] == 0
    other = UUID(int=7)
    assert standing.over(world.users["tomas"].id, other, other) is None
    assert standing.over(world.users["aiko"].id, other, other) is not None
    assert world.connect(world.open_case()).session_id


def test_a_session_granted_in_the_same_moment_is_refused_at_its_ticket(
    world: World, made: operations.Connected
) -> None:
    Lock.objects.create(
        scope="person",
        target=str(world.users["tomas"].id),
        name="Tomás Rivera",
        reason="left",
        placed_by="Maya Lindqvist",
        placed_at=world.now,
    )
    with pytest.raises(AccessRefused) as refused:
        operations.redeem(now=world.now, ticket=made.ticket, key=SESSION.public_line)
    assert refused.value.code == "locked"


def test_locking_twice_says_so_and_lifting_twice_is_lifting_once(world: World) -> None:
    row, _ended = lock(world, "everything", None)
    with pytest.raises(AlreadyLocked):
        lock(world, "everything", None)
    later = world.now + timedelta(minutes=1)
    lifted = operations.lift_lock(actor=world.actor("maya"), now=later, lock_id=row.id)
    again = operations.lift_lock(actor=world.actor("maya"), now=world.now, lock_id=row.id)
    assert lifted.lifted_at == again.lifted_at == later
    assert lock(world, "everything", None)[0].id != row.id


@pytest.mark.parametrize("who", ["tomas", "ada", "chen", "li"])
def test_only_managers_and_administrators_of_the_provider_lock(world: World, who: str) -> None:
    with pytest.raises(MayNotLock):
        lock(world, "everything", None, who)
    row, _ended = lock(world, "device", world.device.id)
    with pytest.raises(MayNotLock):
        operations.lift_lock(actor=world.actor(who), now=world.now, lock_id=row.id)


def test_a_lock_names_somebody_who_works_here(world: World) -> None:
    with pytest.raises(NoSuchPerson):
        lock(world, "person", world.users["chen"].id)
    with pytest.raises(MayNotLock):
        lock(world, "person", None)


def test_both_sides_see_it_and_another_customer_does_not(world: World) -> None:
    row, _ended = lock(world, "device", world.device.id)
    assert [each.id for each in standing.standing(world.actor("chen"))] == [row.id]
    assert standing.standing(world.actor("li")) == []
    assert standing.standing(world.actor("pat")) == []
    with pytest.raises(NoSuchLock):
        standing.lock(world.actor("pat"), row.id)
    person, _none = lock(world, "person", world.users["tomas"].id)
    assert person not in standing.standing(world.actor("chen"))
    for who in ("chen", "ada"):
        found = audit.search(world.actor(who), audit.Search(action="access.locked")).rows
        assert str(row.id) in [each.subject_id for each in found]
    found = audit.search(world.actor("pat"), audit.Search(action="access.locked")).rows
    assert list(found) == []


def client(world: World, who: str) -> Client:
    found = Client(headers={"accept": "text/html"})
    found.force_login(world.users[who], "allauth.account.auth_backends.AuthenticationBackend")
    return found


def test_the_page_locks_lists_and_lifts(world: World, made: operations.Connected) -> None:
    browser = client(world, "maya")
    assert "Nothing is locked" in browser.get("/locks/").content.decode()
    chosen = f"device:{world.device.id}"
    asked = browser.get("/locks/", {"what": chosen}).content.decode()
    assert f'<option value="{chosen}" selected>' in asked
    sent = browser.post("/locks/", {"what": chosen, "reason": "odd <b>traffic</b>"}, follow=True)
    page = sent.content.decode()
    assert "1 session was ended." in page
    assert "odd &lt;b&gt;traffic&lt;/b&gt;" in page
    again = browser.post("/locks/", {"what": chosen, "reason": "twice"})
    assert (again.status_code, "locked already" in again.content.decode()) == (400, True)
    assert browser.post("/locks/", {"what": "person:nobody", "reason": "x"}).status_code == 400
    sentence = "Maya Lindqvist locked all remote access to lijiang-frontdesk"
    assert sentence in client(world, "chen").get("/portal/sessions/").content.decode()
    device = client(world, "tomas").get(f"/devices/{world.device.id}/").content.decode()
    assert sentence in device
    row = standing.standing(SYSTEM)[0]
    lifted = browser.post(f"/locks/{row.id}/lift", follow=True).content.decode()
    assert "lifted by Maya Lindqvist" in lifted


def test_a_technician_sees_locks_without_the_form(world: World) -> None:
    lock(world, "everything", None)
    page = client(world, "tomas").get("/locks/").content.decode()
    assert "All remote access to every device" in page
    assert "lock-form" not in page
    assert "Lift" not in page
