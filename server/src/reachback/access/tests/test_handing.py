"""A running shell goes to a colleague: offered in words and by key, granted, taken, told."""

import json
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client

from reachback.access import handing, operations, queries
from reachback.access.errors import AccessRefused, DocumentRefused, MayNotConnect
from reachback.access.instants import milliseconds
from reachback.access.models import AccessSession, Handover
from reachback.access.tests.conftest import SESSION, SYSTEM, World
from reachback.access.tests.recorded import key
from reachback.audit.models import AuditListing, AuditRow
from reachback.cases import queries as cases
from reachback.delivery.models import Delivery
from reachback.people.models import TeamMembership
from reachback_wire import documents as wire
from reachback_wire.signing import PrivateKey

pytestmark = pytest.mark.django_db

HERS = key("aiko's browser")
NOTE = "The configuration is mended; the service must be restarted after breakfast."


@dataclass
class Running:
    """Tomás's session, in which a shell runs; Aiko is of his team."""

    world: World
    made: operations.Connected

    @property
    def session(self) -> AccessSession:
        return queries.session(SYSTEM, self.made.session_id)

    def signed(self, by: PrivateKey = SESSION, **changes: Any) -> dict[str, Any]:
        issued = milliseconds(self.world.now)
        values: dict[str, Any] = {
            "grant": wire.Grant.parse(self.made.grant["body"]).id,
            "session": str(self.made.session_id),
            "to": "Aiko Sato",
            "issued": issued,
            "expires": issued + 600_000,
        }
        return wire.seal(wire.Offer(**{**values, **changes}), by).to_json()

    def offer(
        self, who: str = "tomas", to: str = "aiko", note: str = NOTE, **changes: Any
    ) -> Handover:
        return operations.offer_session(
            actor=self.world.actor(who),
            now=self.world.now,
            session_id=self.made.session_id,
            to=self.world.users[to].id,
            note=note,
            offer=self.signed(**changes),
        )

    def take(self, who: str = "aiko", seconds: int = 0) -> operations.TakingOver:
        return operations.take_over(
            actor=self.world.actor(who),
            now=self.world.now + timedelta(seconds=seconds),
            session_id=self.made.session_id,
            session_key=HERS.public_line,
        )

    def tell(self, kind: str, **data: Any) -> None:
        at = milliseconds(self.world.now)
        channel = f"{self.made.session_id}.1"
        event = {"id": f"{kind}-{len(data)}", "kind": kind, "channel": channel, "at": at, **data}
        operations.record_events(
            now=self.world.now, session_id=self.made.session_id, events=[event]
        )


@pytest.fixture
def running(world: World) -> Running:
    team = TeamMembership.objects.visible_to(SYSTEM).get(user=world.users["tomas"]).team
    TeamMembership.objects.create(team=team, user=world.users["aiko"])
    world.publish()
    found = Running(world, world.connect(world.open_case()))
    found.tell("opened")
    return found


def test_a_colleague_who_may_is_offered_granted_and_has_the_session(running: Running) -> None:
    world = running.world
    running.offer()
    made = running.take()
    grant = wire.Grant.parse(made.regranted.grant["body"])
    assert (grant.session, grant.session_key) == (str(running.made.session_id), HERS.public_line)
    assert (grant.technician.name, grant.capabilities) == ("Aiko Sato", ("shell.user",))
    seat = operations.redeem(now=world.now, ticket=made.ticket, key=HERS.public_line)
    assert (seat["may"], seat.get("takes_up")) == (["open"], None), "only an attach lets her type"
    assert running.session.technician_id == world.users["tomas"].id, "not before the device said so"
    digest = wire.Envelope.from_json(made.regranted.grant).digest
    running.tell("handed-over", person=str(world.users["aiko"].id), name="Aiko Sato", grant=digest)
    after = running.session
    assert (after.technician.name, after.session_key) == ("Aiko Sato", HERS.public_line)
    assert handing.opened_by(after) == "Tomás Rivera"
    row = AuditRow.objects.get(action="session.handed_over")
    assert AuditListing.objects.filter(row=row).count() == 2
    entries = cases.timeline(SYSTEM, after.case_id)
    told = [entry.body for entry in entries if "over from Tomás" in entry.body]
    assert told == [
        f"Aiko Sato took the running shell on lijiang-frontdesk over from Tomás Rivera.\n{NOTE}"
    ]


def test_the_colleague_is_told_with_the_way_there(running: Running) -> None:
    running.offer()
    told = Delivery.objects.visible_to(SYSTEM).filter(
        person=running.world.users["aiko"], kind="session.offered"
    )
    assert NOTE in told[0].text
    assert AuditRow.objects.filter(action="session.offered").count() == 1


def test_the_front_alone_gives_the_session_to_nobody(running: Running) -> None:
    """What the front says counts only for somebody who was granted it here."""
    running.offer()
    aiko = str(running.world.users["aiko"].id)
    running.tell("handed-over", person=aiko, name="Aiko Sato", grant="sha256:" + "0" * 64)
    assert running.session.technician.name == "Tomás Rivera"


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"by": HERS}, "unknown-key"),
        ({"to": "aiko", "session": "another"}, "malformed"),
        ({"grant": "another"}, "unknown-key"),
        ({"expires": 1_000, "issued": 0}, "malformed"),
    ],
)
def test_an_offer_that_this_browser_did_not_sign_is_refused(
    running: Running, changes: dict[str, Any], code: str
) -> None:
    with pytest.raises(DocumentRefused) as refused:
        running.offer(**{key: value for key, value in changes.items() if key != "to"})
    assert refused.value.code == code
    assert not Handover.objects.visible_to(SYSTEM).exists()


def test_a_note_is_asked_for_and_the_colleague_must_be_one_who_may(running: Running) -> None:
    for who, note, code in (("aiko", "  ok ", "note-missing"), ("maya", NOTE, "not-allowed")):
        with pytest.raises(AccessRefused) as refused:
            running.offer(to=who, note=note)
        assert refused.value.code == code
    names = [
        each.name
        for each in handing.colleagues(
            running.world.actor("tomas"), running.session, running.world.now
        )
    ]
    assert names == ["Aiko Sato"]


def test_nobody_but_its_technician_offers_a_session(running: Running) -> None:
    for who in ("aiko", "maya", "chen"):
        with pytest.raises(MayNotConnect):
            running.offer(who=who)


def test_who_was_not_offered_it_or_comes_too_late_is_refused_in_words(running: Running) -> None:
    with pytest.raises(AccessRefused, match="Nobody offers you this shell"):
        running.take()
    running.offer()
    with pytest.raises(AccessRefused, match="Nobody offers you this shell"):
        running.take("maya")
    with pytest.raises(AccessRefused, match="has expired"):
        running.take(seconds=601)
    tomas = running.world.actor("tomas")
    assert operations.withdraw_offer(
        actor=tomas, now=running.world.now, session_id=running.made.session_id
    )
    with pytest.raises(AccessRefused, match="Tomás Rivera has withdrawn the offer"):
        running.take()
    running.tell("ended")
    with pytest.raises(AccessRefused, match="ended meanwhile"):
        running.take()


def test_a_colleague_who_has_lost_the_right_meanwhile_gets_no_grant(running: Running) -> None:
    running.offer()
    TeamMembership.objects.visible_to(SYSTEM).filter(user=running.world.users["aiko"]).delete()
    with pytest.raises(AccessRefused):
        running.take()


def test_the_technicians_other_browser_gets_a_grant_for_shells_of_its_own(
    running: Running,
) -> None:
    client = Client(headers={"accept": "application/json"})
    user = running.world.users["tomas"]
    client.force_login(user, "allauth.account.auth_backends.AuthenticationBackend")
    body = json.dumps({"key": HERS.public_line, "take_up": True})
    answer = client.post(f"/sessions/{running.made.session_id}/ticket", body, "application/json")
    grant = wire.Grant.parse(answer.json()["grant"]["body"])
    assert (grant.session_key, grant.session) == (HERS.public_line, str(running.made.session_id))


def _page(running: Running, who: str) -> str:
    client = Client(headers={"accept": "text/html"})
    user = running.world.users[who]
    client.force_login(user, "allauth.account.auth_backends.AuthenticationBackend")
    answer = client.get(f"/sessions/{running.made.session_id}/")
    assert answer.status_code == 200
    return answer.content.decode()


def test_the_pages_show_the_offer_to_both_and_to_nobody_else(running: Running) -> None:
    assert "Hand over…" in _page(running, "tomas")
    assert "Take over" not in _page(running, "aiko")
    running.offer()
    assert "Tomás Rivera hands this shell to you" in _page(running, "aiko")
    assert NOTE in _page(running, "aiko")
    for who in ("maya", "chen"):
        page = _page(running, who)
        assert "Take over" not in page
        assert NOTE not in page


def test_lists_say_take_over_to_whom_it_is_offered_while_it_is(running: Running) -> None:
    def said(who: str) -> str:
        client = Client(headers={"accept": "text/html"})
        user = running.world.users[who]
        client.force_login(user, "allauth.account.auth_backends.AuthenticationBackend")
        return client.get("/sessions/").content.decode()

    assert "Take over" not in said("aiko")
    running.offer()
    assert "Take over" in said("aiko")
    assert "Take over" not in said("tomas")
    (row,) = queries.live(running.world.actor("aiko"), running.world.now)
    assert row.offered
    late = running.world.now + timedelta(minutes=11)
    (row,) = queries.live(running.world.actor("aiko"), late)
    assert not row.offered
