"""A small provider with one customer, two sites and people, for the tests of cases and site."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from uuid import UUID

from reachback.agreements.operations import create_service_level, entitle
from reachback.agreements.terms import Targets
from reachback.calendars.business import always
from reachback.calendars.operations import create_calendar
from reachback.cases import operations
from reachback.cases.models import Case
from reachback.cases.operations import NewCase
from reachback.devices.facts import AlertRaised, AlertRecovered
from reachback.kernel.actors import Actor, system
from reachback.kernel.ids import new_id
from reachback.people import queries as people
from reachback.people.models import (
    Organisation,
    RoleAssignment,
    Site,
    Team,
    TeamMembership,
    User,
)

NOW = datetime(2026, 11, 20, 9, 0, tzinfo=UTC)
SYSTEM = system("tests")
DEVICE = UUID("01900000-0000-7000-8000-000000000001")


@dataclass(frozen=True)
class World:
    """Everybody and everything the tests name."""

    provider: Organisation
    lotus: Organisation
    other: Organisation
    lijiang: Site
    bergen: Site
    remote: Team
    field: Team
    users: dict[str, User]

    def actor(self, name: str) -> Actor:
        """The person as an actor."""
        found = people.actor_for(self.users[name])
        assert found is not None
        return found

    def open(
        self,
        subject: str = "Printer is dark",
        *,
        by: Actor = SYSTEM,
        now: datetime = NOW,
        **fields: object,
    ) -> Case:
        """A case of Lotus, opened and read back."""
        wanted: dict[str, object] = {
            "organisation_id": self.lotus.id,
            "site_id": self.lijiang.id,
            "subject": subject,
            "channel": "portal",
            "body": "It does nothing.",
        }
        new = NewCase(**(wanted | fields))  # type: ignore[arg-type]
        opened = operations.open_case(actor=by, now=now, case=new)
        return self.read(opened.case_id)

    def read(self, case_id: UUID) -> Case:
        """The case as it stands."""
        found: Case = Case.objects.visible_to(SYSTEM).get(pk=case_id)
        return found

    def raised(self, *, at: datetime = NOW, **fields: object) -> AlertRaised:
        """The alert of the story: the registration's file was changed."""
        wanted: dict[str, object] = {
            "alert_id": new_id(),
            "device_id": DEVICE,
            "organisation_id": self.lotus.id,
            "site_id": self.lijiang.id,
            "device_name": "lijiang-frontdesk",
            "check_name": "guest-registration",
            "kind": "check",
            "sentence": "Guest registration answers 500 since 09:00.",
            "changed": ("registration.toml: 3 lines changed, sha256 7f… became 2c…",),
            "occurred_at": at,
        }
        return AlertRaised(**(wanted | fields))  # type: ignore[arg-type]

    def recovered(self, alert: AlertRaised, *, at: datetime) -> AlertRecovered:
        """The same alert, well again."""
        return AlertRecovered(
            alert_id=alert.alert_id,
            device_id=alert.device_id,
            organisation_id=alert.organisation_id,
            site_id=alert.site_id,
            device_name=alert.device_name,
            check_name=alert.check_name,
            sentence="Guest registration answers 200 again.",
            occurred_at=at,
        )


def make_world() -> World:
    """Create all of it in the open test transaction."""
    provider = _organisation("provider", "Northstar Managed Systems", "northstar")
    lotus = _organisation("customer", "Lotus Hotels", "lotus")
    other = _organisation("customer", "Other Bakery", "other")
    lijiang = Site(
        organisation=lotus, name="Lotus Lijiang", city="Lijiang", country="CN",
        zone="Asia/Shanghai", language="zh-hans",
    )  # fmt: skip
    bergen = Site(
        organisation=lotus, name="Lotus Bergen", city="Bergen", country="NO", zone="Europe/Oslo"
    )
    lijiang.save()
    bergen.save()
    remote, field = Team(organisation=provider, name="Remote team"), None
    field = Team(organisation=provider, name="Field service")
    remote.save()
    field.save()
    users = {
        "maya": _user(provider, "Maya Lindqvist", "operations-manager"),
        "tomas": _user(provider, "Tomás Rivera", "technician", team=remote),
        "aiko": _user(provider, "Aiko Sato", "technician", team=field),
        "auditor": _user(provider, "Ada Audit", "auditor"),
        "wei": _user(lotus, "Chen Wei", "customer-administrator"),
        "baker": _user(other, "Bo Baker", "customer-administrator"),
    }
    world = World(provider, lotus, other, lijiang, bergen, remote, field, users)
    _agree(world)
    return world


def _agree(world: World) -> None:
    started = NOW - timedelta(days=200)
    calendar = create_calendar(actor=SYSTEM, now=started, name="round the clock", calendar=always())
    level = create_service_level(
        actor=SYSTEM,
        now=started,
        name="Gold",
        calendar_id=calendar,
        targets={
            1: Targets(first_response=timedelta(minutes=15), resolve=timedelta(hours=4)),
            2: Targets(first_response=timedelta(hours=1), resolve=timedelta(hours=8)),
            3: Targets(
                first_response=timedelta(hours=4),
                next_response=timedelta(hours=8),
                resolve=timedelta(days=2),
            ),
        },
        checks=(("guest-registration*", 1), ("printer*", 3)),
        remote_team_id=world.remote.id,
    )
    entitle(
        actor=SYSTEM,
        now=started,
        organisation_id=world.lotus.id,
        service_level_id=level,
    )


def _organisation(kind: str, name: str, slug: str) -> Organisation:
    row = Organisation(kind=kind, name=name, slug=slug)
    row.save()
    return row


def _user(organisation: Organisation, name: str, role: str, team: Team | None = None) -> User:
    first = name.split(maxsplit=1)[0].lower()
    user = User(organisation=organisation, name=name, email=f"{first}@x.test")
    user.set_unusable_password()
    user.save()
    RoleAssignment(user=user, role=role).save()
    if team is not None:
        TeamMembership(team=team, user=user).save()
    return user
