"""Pages of recipes: the library, the questions, the steps while they run, and the record."""

from pathlib import Path

import pytest
from django.test import Client

from reachback.access import cookbook
from reachback.access.models import Recipe
from reachback.access.tests.conftest import SESSION, SYSTEM, World
from reachback.access.tests.kitchen import Kitchen

pytestmark = pytest.mark.django_db
KEY = {"session_key": SESSION.public_line}


@pytest.fixture
def kitchen(world: World, data_folder: Path) -> Kitchen:
    found = Kitchen(world, data_folder)
    found.publish(*found.digests)
    return found


def client(world: World, who: str) -> Client:
    found = Client(headers={"accept": "text/html"})
    found.force_login(world.users[who], "allauth.account.auth_backends.AuthenticationBackend")
    return found


def test_the_list_offers_what_comes_along_and_says_that_windows_waits(world: World) -> None:
    browser = client(world, "tomas")
    page = browser.get("/recipes/").content.decode()
    assert "No recipes yet" in page
    assert "wait for Windows devices" in page
    taken = browser.post("/recipes/ready/pip/")
    assert taken.status_code == 302
    shown = browser.get(taken.headers["Location"]).content.decode()
    version = cookbook.newest(SYSTEM).get()
    for script in cookbook.scripts_of(version):
        assert f"  &quot;{script.digest}&quot;," in shown
    assert "in the library" in browser.get("/recipes/").content.decode()
    for kind in ("pip", "msi", "nothing"):
        assert browser.post(f"/recipes/ready/{kind}/").status_code == 302
    assert Recipe.objects.visible_to(SYSTEM).count() == 1


def test_steps_of_recipes_stand_apart_from_scripts_that_run_by_themselves(
    kitchen: Kitchen,
) -> None:
    browser = client(kitchen.world, "tomas")
    assert "Debian package: apply" not in browser.get("/scripts/").content.decode()
    assert "Debian package: apply" in browser.get("/scripts/?parts=1").content.decode()


def test_a_recipe_is_made_in_the_form_and_what_is_missing_is_said(kitchen: Kitchen) -> None:
    browser = client(kitchen.world, "tomas")
    chosen = {
        step: str(cookbook.script_of(kitchen.version, step).script_id)
        for step in ("check", "apply", "verify")
    }
    form = {"name": "Debian package", "kind": "deb", "about": "again", **chosen}
    taken = browser.post("/recipes/new/", form)
    assert taken.status_code == 400
    assert "There is a recipe called" in taken.content.decode()
    windows = browser.post("/recipes/new/", form | {"name": "Reader", "kind": "msi"})
    assert "wait for Windows devices" in windows.content.decode()
    assert browser.post("/recipes/new/", form | {"name": "Reader"}).status_code == 302
    assert Recipe.objects.visible_to(SYSTEM).count() == 2


def test_an_empty_library_says_which_scripts_a_recipe_needs(world: World) -> None:
    page = client(world, "tomas").get("/recipes/new/").content.decode()
    assert "check of a recipe, apply of a recipe, verify of a recipe." in page


def test_the_questions_say_what_has_to_be_signed(world: World, data_folder: Path) -> None:
    kitchen = Kitchen(world, data_folder)
    kitchen.publish(*kitchen.digests[:1])
    case = world.open_case()
    browser = client(world, "tomas")
    choice = browser.get(f"/access/devices/{world.device.id}/scripts/?case={case}")
    assert [fits for _recipe, fits in choice.context["recipes"]] == [False]
    address = f"/access/devices/{world.device.id}/recipes/{kitchen.recipe}/?case={case}"
    page = browser.get(address).content.decode()
    assert "What the customer has to sign" in page
    assert kitchen.digests[2] in page
    assert 'data-kind="connect"' not in page


def test_from_the_questions_to_the_record(kitchen: Kitchen) -> None:
    world, browser = kitchen.world, client(kitchen.world, "tomas")
    case = world.open_case()
    address = f"/access/devices/{world.device.id}/recipes/{kitchen.recipe}/?case={case}"
    sent = {"a-package": "-y", "a-version": "1.22.1", "a-RUN_AS": "guest", **KEY}
    wrong = browser.post(address, sent)
    assert wrong.status_code == 400
    assert "A package&#x27;s name" in wrong.content.decode()
    begun = browser.post(address, sent | {"a-package": "nginx"})
    assert begun.status_code == 201
    live = browser.get(begun.json()["page"])
    row = kitchen.run
    assert live.context["data"]["recipe"]["next"] == f"/recipes/runs/{row.id}/next"
    assert "Steps of the recipe" in live.content.decode()
    waiting = browser.post(f"/recipes/runs/{row.id}/next", KEY)
    assert (waiting.status_code, waiting.json()["state"]) == (202, "waiting")
    check = _session(begun.json()["session"], kitchen)
    kitchen.play(check, status=10)
    assert browser.get(begun.json()["page"]).headers["Location"] == f"/recipes/runs/{row.id}/"
    due = browser.get(f"/recipes/runs/{row.id}/").content.decode()
    assert "Go on: install it" in due
    assert "Go on" not in client(world, "maya").get(f"/recipes/runs/{row.id}/").content.decode()
    for _step in ("apply", "verify"):
        answer = browser.post(f"/recipes/runs/{row.id}/next", KEY)
        assert answer.status_code == 201
        kitchen.play(_session(answer.json()["session"], kitchen))
    record = browser.get(f"/recipes/runs/{row.id}/").content.decode()
    assert "nginx 1.22.1 was absent; installed; verified." in record
    assert record.count("said\n") == 3
    assert browser.post(f"/recipes/runs/{row.id}/next", KEY).status_code == 409
    entry = client(world, "chen").get(f"/recipes/runs/{row.id}/").content.decode()
    assert "nginx 1.22.1 was absent; installed; verified." in entry


class _Made:
    """A step as `Kitchen.play` wants it: its session and its channel."""

    def __init__(self, session: str) -> None:
        self.session_id, self.channel = session, f"{session}.1"


def _session(session: str, kitchen: Kitchen) -> _Made:
    assert kitchen.run
    return _Made(session)


def test_a_page_that_was_left_says_which_step_is_open_and_ends_on_request(
    kitchen: Kitchen,
) -> None:
    browser = client(kitchen.world, "tomas")
    made = kitchen.begin()
    row = kitchen.run
    page = browser.get(f"/recipes/runs/{row.id}/").content.decode()
    assert "check was asked for, and the device has not said how it ended" in page
    kitchen.play(made, status=10)
    left = browser.post(f"/recipes/runs/{row.id}/leave", follow=True).content.decode()
    assert "nobody went on, and nothing was changed" in left
    assert "left unfinished" in left


def test_an_unknown_outcome_is_said_on_the_page_and_nothing_is_offered(kitchen: Kitchen) -> None:
    kitchen.play(kitchen.begin(), status=10)
    apply = kitchen.go_on()
    assert apply is not None
    kitchen.lose(apply)
    page = client(kitchen.world, "tomas").get(f"/recipes/runs/{kitchen.run.id}/").content.decode()
    assert "outcome unknown" in page
    assert "Nothing is run again by itself." in page
    assert "Go on" not in page
