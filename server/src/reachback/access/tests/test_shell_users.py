"""Whom a shell may be opened as: exactly what the contract names, in words, on the panel."""

from typing import Any

import pytest
from django.test import Client

from reachback.access import deciding, operations
from reachback.access.errors import AccessRefused
from reachback.access.models import AccessSession
from reachback.access.tests.conftest import SYSTEM, World
from reachback_wire import documents as wire

pytestmark = pytest.mark.django_db

TEAM = wire.Who(teams=("Remote team",))


def _publish(world: World, *capabilities: wire.Capability, who: wire.Who = TEAM) -> None:
    first = wire.Clause(1, (wire.Capability("shell.user", ("guest", "kiosk")),), TEAM)
    more = (wire.Clause(2, capabilities, who),) if capabilities else ()
    world.publish(world.contract(clauses=(first, *more)))


def _choices(world: World, who: str = "tomas") -> list[tuple[str, str, bool]]:
    actor = world.actor(who)
    matter = deciding.matter(actor, world.device.id, None, world.now)
    found = deciding.shell_choices(actor, matter, world.now)
    return [(each.run_as, each.capability, each.decision.allowed) for each in found]


def _panel(world: World, who: str = "tomas") -> str:
    client = Client(headers={"accept": "text/html"})
    client.force_login(world.users[who], "allauth.account.auth_backends.AuthenticationBackend")
    return client.get(f"/devices/{world.device.id}/").content.decode()


def _connect(world: World, **changes: Any) -> operations.Connected:
    return world.connect(None, **changes)


def test_the_panel_offers_every_user_of_the_contract_and_no_other(world: World) -> None:
    _publish(world)
    page = _panel(world)
    assert page.count('name="shell-user"') == 2
    assert 'value="guest" data-capability="shell.user" checked' in page
    assert 'value="kiosk"' in page
    assert "Administrator" not in page


def test_one_user_is_no_choice(world: World) -> None:
    world.publish(
        world.contract(clauses=(wire.Clause(1, world.contract().clauses[0].capabilities),))
    )
    page = _panel(world)
    assert 'name="shell-user"' not in page
    assert 'data-run-as="guest" data-capability="shell.user"' in page


def test_the_administrator_is_offered_where_a_clause_says_so_with_what_it_means(
    world: World,
) -> None:
    _publish(world, wire.Capability("shell.admin"))
    assert _choices(world)[-1] == ("root", "shell.admin", True)
    page = _panel(world)
    assert "Administrator (root)" in page
    assert "Implies everything" in page
    assert "clause 2" in page


def test_who_is_not_in_the_clause_is_not_offered_its_users(world: World) -> None:
    _publish(world, wire.Capability("shell.admin"), who=wire.Who(teams=("Night team",)))
    assert ("root", "shell.admin", False) in _choices(world)
    assert "Administrator (root)" not in _panel(world)
    with pytest.raises(AccessRefused):
        _connect(world, run_as="root", capability="shell.admin")


def test_a_shell_as_administrator_is_granted_as_that_and_no_less(world: World) -> None:
    _publish(world, wire.Capability("shell.admin"))
    made = _connect(world, run_as="", capability="shell.admin")
    grant = wire.Grant.parse(wire.Envelope.from_json(made.grant).body)
    session = AccessSession.objects.visible_to(SYSTEM).get()
    assert (grant.capabilities, made.session.run_as, session.clause) == (
        ("shell.admin",),
        "root",
        2,
    )
    with pytest.raises(AccessRefused) as refused:
        _connect(world, run_as="root", capability="shell.user")
    assert refused.value.code == "parameter-refused"


def test_a_named_user_is_the_sessions_user(world: World) -> None:
    _publish(world)
    assert _connect(world, run_as="kiosk").session.run_as == "kiosk"
    with pytest.raises(AccessRefused) as refused:
        _connect(world, run_as="postgres")
    assert (refused.value.code, refused.value.clause) == ("parameter-refused", 1)


def test_a_contract_of_administrators_only_offers_that(world: World) -> None:
    world.publish(
        world.contract(clauses=(wire.Clause(1, (wire.Capability("shell.admin"),), TEAM),))
    )
    assert _choices(world) == [("root", "shell.admin", True)]
    page = _panel(world)
    assert 'data-run-as="root" data-capability="shell.admin"' in page
