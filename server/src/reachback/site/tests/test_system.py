"""How the system is: what failed is listed, tried again and written down."""

import json
from datetime import datetime
from uuid import UUID

import pytest
from django.db import transaction
from django.test import Client

from reachback.audit.models import AuditRow
from reachback.kernel import actors, backlog, timers, worker
from reachback.kernel.models import Leased, Timer
from reachback.people.models import Organisation, RoleAssignment, User
from reachback.site.errors import MayNotOperate
from reachback.site.operations import retry_failed
from reachback.site.system import lines, state

pytestmark = pytest.mark.django_db
SYSTEM = actors.system("tests")
ERROR = "RuntimeError('<b>no</b> \x1b[2J')"


@pytest.fixture
def broken(now: datetime) -> UUID:
    """A timer that was tried to the end."""
    with transaction.atomic():
        name = timers.schedule(kind="tests.broken", key="k", due=now, payload={}, now=now)
    failed = {"state": Leased.State.FAILED, "finished_at": now, "last_error": ERROR}
    Timer.objects.filter(id=name).update(**failed, attempts=12)
    return name


def administrator() -> User:
    north = Organisation.objects.create(kind="provider", name="Northstar", slug="north")
    user = User.objects.create_user("nora@north.example", organisation=north, name="Nora")
    RoleAssignment.objects.create(user=user, role="administrator")
    return user


def test_failed_work_is_listed_and_runs_once_its_cause_is_mended(
    broken: UUID, now: datetime
) -> None:
    assert [each.id for each in backlog.failed()] == [broken]
    assert backlog.backlog(now=now).failed == 1
    ran: list[UUID] = []

    def mended(_payload: dict[str, object], /, *, timer_id: UUID, now: datetime) -> None:
        assert now
        ran.append(timer_id)

    timers.handle("tests.broken", mended)
    try:
        done = retry_failed(actor=SYSTEM, now=now, ids=[broken])
        worker.run_due(now=now)
    finally:
        timers.unhandle("tests.broken")
    assert ([each.id for each in done], ran) == ([broken], [broken])
    row = AuditRow.objects.get(action="work.retried")
    assert row.data == {"count": 1, "work": ["tests.broken (k)"]}


def test_a_timer_that_was_set_anew_is_not_doubled(broken: UUID, now: datetime) -> None:
    with transaction.atomic():
        timers.schedule(kind="tests.broken", key="k", due=now, payload={}, now=now)
    assert retry_failed(actor=SYSTEM, now=now) == ()
    assert not AuditRow.objects.filter(action="work.retried").exists()


def test_only_administrators_look_inside(now: datetime) -> None:
    agent = actors.Actor(kind="person", id=None, name="Maya", is_provider=True)
    with pytest.raises(MayNotOperate):
        state(agent, now=now)
    with pytest.raises(MayNotOperate):
        retry_failed(actor=agent, now=now)


def test_the_page_and_the_command_say_the_same_and_name_a_front_that_is_away(
    broken: UUID, now: datetime
) -> None:
    said = lines(state(SYSTEM, now=now))
    assert json.dumps(said)
    assert any("does not answer" in line for line in said)
    browser = Client()
    browser.force_login(administrator())
    page = browser.get("/system/").content.decode()
    assert str(broken) in page
    assert "The front does not answer" in page
    assert "&lt;b&gt;no" in page
    assert any("1 pieces of work" in line for line in said)
