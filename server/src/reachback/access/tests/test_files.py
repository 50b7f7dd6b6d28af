"""A files session: asked for by its capability, its place taken from the contract itself."""

from dataclasses import replace

import pytest
from django.test import Client

from reachback.access import deciding
from reachback.access.errors import AccessRefused
from reachback.access.tests.conftest import World
from reachback_wire import documents as wire

pytestmark = pytest.mark.django_db


def _publish(world: World, *globs: str) -> wire.Contract:
    contract = world.contract()
    clause = contract.clauses[0]
    files = wire.Capability("files.read", globs)
    named = world.contract(clauses=(replace(clause, capabilities=(*clause.capabilities, files)),))
    world.publish(named)
    return named


def _client(world: World) -> Client:
    client = Client(headers={"accept": "text/html"})
    backend = "allauth.account.auth_backends.AuthenticationBackend"
    client.force_login(world.users["tomas"], backend)
    return client


def test_the_page_opens_the_folder_the_contract_names(world: World) -> None:
    _publish(world, "/srv/guestbook/**")
    made = world.connect(world.open_case(), capability="files.read")
    page = _client(world).get(f"/sessions/{made.session_id}/")
    data = page.context["data"]
    parameters = {"operation": "read", "path": "/srv/guestbook"}
    assert data["channel"]["kind"] == "files"
    assert data["channel"]["parameters"] == parameters
    text = page.content.decode()
    assert 'id="files"' in text
    assert "terminal.js" not in text


def test_writing_comes_under_the_same_grant_where_a_clause_allows_it(world: World) -> None:
    contract = world.contract()
    clause = contract.clauses[0]
    read = wire.Capability("files.read", ("/srv/**",))
    write = wire.Capability("files.write", ("/srv/in/**",))
    named = replace(clause, capabilities=(*clause.capabilities, read, write))
    world.publish(world.contract(clauses=(named,)))
    made = world.connect(world.open_case(), capability="files.read")
    grant = wire.Grant.parse(made.grant["body"])
    assert grant.capabilities == ("files.read", "files.write")
    data = _client(world).get(f"/sessions/{made.session_id}/").context["data"]
    assert data["writing"]["key"] == f"{made.session_id}.2"
    assert data["writing"]["parameters"] == {"operation": "write", "path": "/srv/in"}


def test_without_a_clause_for_writing_the_grant_names_reading_only(world: World) -> None:
    _publish(world, "/srv/**")
    made = world.connect(world.open_case(), capability="files.read")
    assert wire.Grant.parse(made.grant["body"]).capabilities == ("files.read",)
    data = _client(world).get(f"/sessions/{made.session_id}/").context["data"]
    assert data["writing"] is None


def test_without_a_clause_for_files_there_is_no_files_session(world: World) -> None:
    world.publish()
    with pytest.raises(AccessRefused) as refused:
        world.connect(world.open_case(), capability="files.read")
    assert refused.value.code == "wider-than-contract"


@pytest.mark.parametrize(
    ("globs", "root"),
    [
        (("/srv/**",), "/srv"),
        (("/**",), "/"),
        (("/etc/motd",), "/etc/motd"),
        (("/srv/*/logs", "/var/log/**"), "/var/log"),
        (("/srv/?",), ""),
    ],
)
def test_a_files_session_begins_where_a_glob_can_be_named(
    world: World, globs: tuple[str, ...], root: str
) -> None:
    contract = world.contract(clauses=(wire.Clause(1, (wire.Capability("files.read", globs),)),))
    assert deciding.files_root(contract, "files.read") == root
    assert deciding.files_root(contract, "files.write") == ""
    assert deciding.files_root(contract, "shell.user") == ""
