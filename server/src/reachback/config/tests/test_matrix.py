"""The permissions matrix: every address and API operation, asked by everybody."""

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.db import transaction
from django.test import Client
from pytest_django import DjangoDbBlocker, Settings

from reachback.config.api import api
from reachback.config.tests import matrix
from reachback.config.tests.matrix import Row
from reachback.config.tests.matrix_cast import PEOPLE, Cast, assemble

pytestmark = pytest.mark.django_db
NOBODY = "01900000-0000-7000-8000-00000000dead"
DEMO = "reachback.config.tests.demo_addresses"
ROWS = matrix.rows()
_LIST = """
import django; django.setup()
from reachback.config.tests import matrix
print("\\n".join(f"{a.name} {a.path}" for a in matrix.addresses() if not a.branch))
"""


@pytest.fixture(scope="module")
def cast(
    django_db_setup: None,
    django_db_blocker: DjangoDbBlocker,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[Cast]:
    """The cast, made once; every request is undone after it."""
    with django_db_blocker.unblock(), transaction.atomic():
        made = assemble(tmp_path_factory.mktemp("matrix"))
        made.sign_in()
        yield made
        transaction.set_rollback(True)


def uncovered(addresses: list[matrix.Address]) -> list[str]:
    covered = {row.name for row in ROWS}
    return [
        f"{each.name or 'an address without a name'} ({each.path})"
        for each in addresses
        if not each.branch and each.name not in covered
    ]


def test_every_address_has_a_row() -> None:
    assert uncovered(matrix.addresses()) == []
    assert uncovered(matrix.addresses(DEMO)) == []


def test_the_demo_has_no_other_addresses_than_those_with_rows(tmp_path: Path) -> None:
    listed = subprocess.run(
        [sys.executable, "-c", _LIST],
        env=os.environ
        | {
            "DJANGO_SETTINGS_MODULE": "reachback.config.settings",
            "REACHBACK_DEMO": "1",
            "REACHBACK_DATA": str(tmp_path),
            "PYTHONPATH": os.pathsep.join(sys.path),
        },
        capture_output=True,
        text=True,
        check=True,
    ).stdout.splitlines()
    known = {f"{each.name} {each.path}" for each in matrix.addresses(DEMO)}
    assert [each for each in listed if each not in known] == []
    assert any(each.startswith("demo-first ") for each in listed)


def test_every_operation_of_the_api_has_a_row() -> None:
    covered = {row.key for row in ROWS}
    assert [each for each in matrix.operations(api) if each not in covered] == []
    assert matrix.operations(api)


def test_no_row_is_about_nothing() -> None:
    known = {each.name for each in matrix.addresses(DEMO)}
    assert [row.name for row in ROWS if row.name not in known] == []


@pytest.mark.parametrize("person", PEOPLE)
@pytest.mark.parametrize("row", ROWS, ids=lambda row: f"{row.room}-{row.name}-{row.method}")
def test_everybody_gets_what_the_matrix_says(
    cast: Cast, row: Row, person: str, settings: Settings
) -> None:
    settings.REACHBACK_DATA = cast.folder
    settings.REACHBACK_STRICT = False  # the test itself is a transaction
    settings.ROOT_URLCONF = DEMO
    with transaction.atomic():
        answer = row.ask(cast, person)
        transaction.set_rollback(True)
    if person == "visitor" and answer.status_code == 302:
        assert "/accounts/login/" in answer["location"] or row.room == "config"
    assert (person, answer.status_code) == (person, row.expected(person))


@pytest.mark.parametrize(
    "address",
    [
        "/cases/999/preview/",
        f"/devices/{NOBODY}/",
        f"/portal/devices/{NOBODY}/",
        f"/sessions/{NOBODY}/",
        f"/recordings/{NOBODY}/",
        f"/audit/{NOBODY}/",
        f"/audit/{NOBODY}/proof/{NOBODY}.json",
        f"/audit/heads/{NOBODY}.json",
        f"/people/organisations/{NOBODY}/members/",
        f"/access/organisations/{NOBODY}/contract/",
        f"/people/sites/{NOBODY}/",
        f"/people/contacts/{NOBODY}/",
        f"/people/organisations/{NOBODY}/sites/new/",
        f"/reports/?customer={NOBODY}",
    ],
)
@pytest.mark.parametrize("person", ["nils", "baker"])
def test_what_is_not_there_looks_like_what_is_another_customers(
    cast: Cast, address: str, person: str, settings: Settings
) -> None:
    settings.REACHBACK_DATA = cast.folder
    values = {name: str(value) for name, value in cast.values.items()}
    owned = {
        "/cases/": "number",
        "/devices/": "device_id",
        "/portal/devices/": "device_id",
        "/sessions/": "session_id",
        "/recordings/": "session_id",
        "/audit/": "row_id",
        "/audit/heads/": "organisation_id",
        "/people/sites/": "site_id",
        "/people/contacts/": "contact_id",
    }
    start = max((each for each in owned if address.startswith(each)), key=len, default="")
    theirs = address.replace("999", values["number"]).replace(
        NOBODY, values[owned.get(start, "organisation_id")]
    )
    browser = cast.browser(person)
    assert browser.get(theirs).status_code == browser.get(address).status_code
    assert browser.get(theirs).status_code in {403, 404}


@pytest.mark.parametrize("row", [row for row in ROWS if row.name.startswith("demo-")], ids=str)
def test_without_the_demo_its_addresses_are_not_there(row: Row, settings: Settings) -> None:
    settings.REACHBACK_STRICT = False  # the cast is a transaction around these tests, too
    demo = next(each for each in matrix.addresses(DEMO) if each.name == row.name)
    assert Client().get(f"/{demo.path}").status_code == 404


@pytest.mark.parametrize("path", ["email/", "password/change/", "2fa/", "sessions/"])
def test_the_pages_of_ones_account_ask_a_visitor_to_sign_in(path: str) -> None:
    answer = Client().get(f"/accounts/{path}")
    assert (answer.status_code, "/accounts/login/" in answer["location"]) == (302, True)
