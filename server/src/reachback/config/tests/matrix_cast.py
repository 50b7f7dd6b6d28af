"""The cast of the permissions matrix: nine people, and one of everything that has an address.

Everything belongs to Lotus Hotels; `baker` and the agent `nils` are of, or for, another customer.
"""

import sys
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any

from django.apps import apps
from django.conf import settings
from django.db.models import Model
from django.test import Client, override_settings

from reachback.access import cookbook, library
from reachback.access.operations import add_ready_recipe, create_script, place_lock
from reachback.access.scripts import texts
from reachback.access.scripts.versions import NewVersion
from reachback.access.tests import recorded
from reachback.audit import sequencing
from reachback.cases.operations import NewEntry, add_entry
from reachback.cases.tests.factory import NOW, SYSTEM, World, make_world
from reachback.config.demo.hotel import place as hotel
from reachback.config.demo.places import Places
from reachback.delivery import operations as delivery
from reachback.devices.operations.add_sample_device import add_sample_device
from reachback.people import operations as people
from reachback_wire import documents as wire

#: The columns of every row, in this order.
PEOPLE = (
    "visitor",  # not signed in
    "maya",  # operations manager
    "nora",  # administrator of the provider
    "tomas",  # technician of the case's own team, holds the live session
    "aiko",  # technician of another team
    "nils",  # technician who may see another customer only
    "auditor",  # auditor of the provider
    "wei",  # administrator of the customer
    "li",  # member of the customer
    "baker",  # administrator of another customer
)
_TEXT = "df -h\n"
_BACKEND = "allauth.account.auth_backends.AuthenticationBackend"


@dataclass(frozen=True)
class Cast:
    """What rows may name: `values` fill addresses by argument name and data by `$name`."""

    world: World
    folder: Path
    values: dict[str, object]
    cookies: dict[str, str] = field(default_factory=dict)

    def browser(self, person: str) -> Client:
        """A browser in which the person is signed in."""
        client = Client(headers={"host": "ops.localhost"}, raise_request_exception=False)
        if person in self.cookies:
            client.cookies[settings.SESSION_COOKIE_NAME] = self.cookies[person]
        return client

    def sign_in(self) -> None:
        """Sign everybody in, once for all requests."""
        for name, user in self.world.users.items():
            client = Client()
            client.force_login(user, backend=_BACKEND)
            self.cookies[name] = client.cookies[settings.SESSION_COOKIE_NAME].value


def assemble(folder: Path) -> Cast:
    """Create all of it inside the caller's transaction; keys and files go to `folder`."""
    with override_settings(REACHBACK_DATA=folder, REACHBACK_STRICT=False):
        world = make_world()
        _more_people(world)
        case = world.open(by=world.actor("wei"))
        tomas = world.actor("tomas")
        entry = NewEntry(kind="note", body="a note")
        entry_id = add_entry(actor=tomas, now=NOW, case_id=case.id, entry=entry)
        device_id = add_sample_device(
            actor=SYSTEM,
            now=NOW,
            organisation_id=world.lotus.id,
            site_id=world.lijiang.id,
            name="lijiang-frontdesk",
            tags=(),
            system="linux",
        )
        devices = apps.get_model("devices", "Device").objects.marked_scoped()
        devices.filter(pk=device_id).update(sample=False)
        sequencing.sequence(world.lotus.id, now=NOW)
        contact = people.create_contact(
            actor=SYSTEM, now=NOW, organisation_id=world.lotus.id, name="Night desk"
        )
        skill = people.create_skill(
            actor=SYSTEM, now=NOW, organisation_id=world.provider.id, name="Mandarin"
        )
        (message,) = delivery.send(
            actor=SYSTEM,
            now=NOW,
            person_id=world.users["li"].id,
            kind="case.answered",
            subject="Answered",
            text="Answered.",
            idempotency_key="matrix",
        )
        ended = _session(world, device_id, case.id, minutes=10)
        _record(folder, ended)
        run = _run(world, ended)
        recipe_run = _recipe_run(world, device_id)
        hotel.place(Places(folder).service, port=9, python=sys.executable)
        (Places(folder).service / "guest-registration").unlink()  # nothing is started
        rows = apps.get_model("audit", "AuditRow").objects
        row = rows.get(subject_kind="case", action="case.opened")
        return Cast(
            world,
            folder,
            {
                "number": case.number,
                "entry_id": entry_id,
                "device_id": device_id,
                "session_id": ended.pk,
                "live_session": _session(world, device_id, case.id, minutes=None).pk,
                "organisation_id": world.lotus.id,
                "site_id": world.lijiang.id,
                "team_id": world.remote.id,
                "person_id": world.users["li"].id,
                "delivery_id": message.id,
                "browser_id": message.id,  # nobody's browser: removing it twice is no error
                "contact_id": contact.id,
                "skill_id": skill.id,
                "tomas_id": world.users["tomas"].id,
                "row_id": row.id,
                "script_id": run.version.script_id,
                "run_id": run.pk,
                "recipe_id": recipe_run.version.recipe_id,
                "recipe_run_id": recipe_run.pk,
                "lock_id": _lock(world),
                "browser_key": recorded.SESSION.public_line,
                "approval_id": _approval(world, device_id, case.id).pk,
                "key_id": message.id,  # nobody's key
            },
        )


def _approval(world: World, device_id: object, case_id: object) -> Model:
    """A request of Tomás that waits."""
    asked = wire.ApprovalRequest(
        device=recorded.SESSION.public_line,
        session="s",
        capabilities=("shell.user",),
        parameter="guest",
        technician="Tomás",
        case="",
        reason="Registration is down.",
        start=1,
        until=2,
    )
    row: Model = apps.get_model("access", "ApprovalRequest")(
        organisation_id=world.lotus.id,
        device_id=device_id,
        case_id=case_id,
        requester=world.users["tomas"],
        capability="shell.user",
        run_as="guest",
        clause=1,
        needed=1,
        hold_minutes=30,
        reason=asked.reason,
        body=asked.to_body(),
        digest=asked.digest,
        asked_at=NOW,
        answer_by=NOW + timedelta(days=3650),
        until=NOW + timedelta(days=3650),
    )
    row.save()
    return row


def _more_people(world: World) -> None:
    wanted = (
        ("nora", world.provider, "administrator"),
        ("nils", world.provider, "technician"),
        ("li", world.lotus, "customer-member"),
    )
    for name, organisation, role in wanted:
        world.users[name] = people.create_user(
            actor=SYSTEM,
            now=NOW,
            organisation_id=organisation.id,
            email=f"{name}@x.test",
            name=name.title(),
            roles=[role],
        )
    nils = world.users["nils"]
    nils.every_customer = False
    nils.save()
    reach = apps.get_model("people", "CustomerReach")
    reach(user=nils, organisation=world.other).save()


def _record(folder: Path, session: Model) -> None:
    """Lay a recording of the session on disk."""
    story = recorded.repair_story()
    place = folder / "recordings" / str(session.pk) / "1"
    place.mkdir(parents=True)
    for number, content in enumerate(story.files):
        (place / f"{number:06}.rbs").write_bytes(content)


def _session(world: World, device_id: object, case_id: object, minutes: int | None) -> Model:
    documents = apps.get_model("access", "ContractDocument").objects.marked_scoped()
    body = recorded.Papers(scripts=(texts.digest(_TEXT),)).contract.body
    contract, _ = documents.get_or_create(
        digest="sha256:matrix",
        defaults={
            "organisation_id": world.lotus.id, "keyset_serial": 1, "serial": 1, "title": "Contract",
            "body": body, "signatures": [], "effective": NOW, "expires": NOW,
            "published_at": NOW, "state": "expired",
        },
    )  # fmt: skip
    row: Model = apps.get_model("access", "AccessSession")(
        organisation_id=world.lotus.id,
        device_id=device_id,
        case_id=case_id,
        technician=world.users["tomas"],
        contract=contract,
        session_key="key",
        clause=1,
        sentence="Clause 1 allows a shell.",
        state="live" if minutes is None else "ended",
        asked_at=NOW,
        started_at=NOW,
        ended_at=None if minutes is None else NOW + timedelta(minutes=minutes),
        expires_at=NOW + timedelta(days=3650),
    )
    row.save()
    return row


def _lock(world: World) -> object:
    """Somebody who asks for no session here is locked out."""
    locked, _ended = place_lock(
        actor=SYSTEM,
        now=NOW,
        scope="person",
        target=world.users["nora"].id,
        reason="On leave",
    )
    return locked.pk


def _run(world: World, session: Any) -> Any:  # noqa: ANN401 - rows of a private model
    """A run, in the session, of the only script of the library."""
    script = create_script(
        actor=SYSTEM,
        now=NOW,
        organisation_id=world.provider.id,
        name="Disk report",
        version=NewVersion(text=_TEXT),
    )
    row = apps.get_model("access", "ScriptRun")(
        organisation_id=world.lotus.id,
        session=session,
        version=library.version(SYSTEM, script.id),
        device_id=session.device_id,
        person=world.users["tomas"],
        run_as="guest",
        state="ended",
        asked_at=NOW,
    )
    row.save()
    return row


def _recipe_run(world: World, device_id: object) -> Any:  # noqa: ANN401 - rows of a private model
    """A recipe that its technician left before anything was changed."""
    recipe = add_ready_recipe(actor=SYSTEM, now=NOW, organisation_id=world.provider.id, kind="pip")
    row = apps.get_model("access", "RecipeRun")(
        organisation_id=world.lotus.id,
        version=cookbook.version(SYSTEM, recipe.id),
        device_id=device_id,
        person=world.users["tomas"],
        run_as="guest",
        state="left",
        outcome="left-apply",
        asked_at=NOW,
        ended_at=NOW,
    )
    row.save()
    return row
