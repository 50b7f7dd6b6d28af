"""The pages of the desk: what they show, to whom, at which cost, and what hostile text becomes."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from reachback.cases import operations
from reachback.cases.operations import NewEntry
from reachback.cases.tests.factory import DEVICE, NOW, World
from reachback.kernel import actors, nudges

HOSTILE = "<img src=x onerror=alert(1)>\x1b[2J\u202e"


def browser(world: World, name: str) -> Client:
    client = Client(headers={"host": "ops.localhost"})
    client.force_login(
        world.users[name], backend="allauth.account.auth_backends.AuthenticationBackend"
    )
    return client


DESK = ["/queue/", "/queue/urgent/", "/cases/new/", "/cases/1/", "/cases/1/preview/"]
PORTAL = ["/portal/cases/", "/portal/cases/new/", "/portal/cases/1/"]
EVERYBODY = ["/search?q=1", "/palette.json"]
POSTS = [
    "dispatch", "assign", "priority", "waiting", "resolve", "close", "reopen", "entries", "draft",
]  # fmt: skip


@pytest.mark.parametrize("url", DESK + PORTAL + EVERYBODY + ["/"])
def test_a_visitor_is_sent_to_sign_in(world: World, url: str) -> None:
    world.open()
    answer = Client(headers={"host": "ops.localhost"}).get(url)
    assert answer.status_code == 302
    assert "login" in answer["location"]


@pytest.mark.parametrize("url", DESK)
def test_agents_see_the_desk_and_customers_do_not(world: World, url: str) -> None:
    world.open()
    assert browser(world, "tomas").get(url).status_code == 200
    assert browser(world, "auditor").get(url).status_code == 200
    assert browser(world, "baker").get(url, follow=True).status_code in {403, 404}


@pytest.mark.parametrize("url", PORTAL)
def test_customers_see_their_portal_and_agents_do_not(world: World, url: str) -> None:
    world.open()
    assert browser(world, "wei").get(url).status_code == 200
    assert browser(world, "tomas").get(url).status_code == 403


def test_another_customer_cannot_tell_whether_a_case_exists(world: World) -> None:
    world.open()
    baker = browser(world, "baker")
    one, none = baker.get("/portal/cases/1/"), baker.get("/portal/cases/999/")
    assert (one.status_code, none.status_code) == (404, 404)


@pytest.mark.parametrize("act", POSTS)
def test_only_those_who_work_cases_change_them(world: World, act: str) -> None:
    version = world.open().version
    sent = {"body": "x", "kind": "note", "cause": "c", "action": "a", "alternative": "none"}
    assert browser(world, "baker").post(f"/cases/1/{act}/", sent).status_code == 404
    assert browser(world, "auditor").post(f"/cases/1/{act}/", sent).status_code in {400, 403}
    assert Client(headers={"host": "ops.localhost"}).post(f"/cases/1/{act}/").status_code == 302
    case = world.read(world.open("other").id)
    assert case.version == version


def test_one_key_dispatches_to_the_suggested_team_and_offers_undo(world: World) -> None:
    case = world.open()
    maya = browser(world, "maya")
    page = maya.get("/queue/").content.decode()
    assert "Dispatch to" in page
    answer = maya.post("/cases/1/dispatch/", headers={"HX-Request": "true"})
    assert f'id="case-{case.id}"' in answer.content.decode()
    assert "#1 is with Remote team." in answer.content.decode()
    undo = answer.content.decode().split('action="')[1].split('"')[0]
    assert world.read(case.id).team_id == world.remote.id
    assert maya.post(undo, headers={"referer": "http://ops.localhost/queue/"}).url == "/queue/"
    assert world.read(case.id).team_id is None


def test_an_urgent_alert_announces_its_row_once_for_everybody(
    world: World, django_capture_on_commit_callbacks: object
) -> None:
    nudges.take_waiting(10_000)
    alert = world.raised()
    with django_capture_on_commit_callbacks(execute=True):  # type: ignore[operator]
        operations.open_from_alert(alert, fact_id=alert.alert_id, now=NOW)
    sent = [each for each in nudges.take_waiting() if each["topic"] == "queue"]
    assert len(sent) == 1
    assert sent[0]["data"]["views"] == ["open", "unassigned", "urgent"]
    assert "Urgent" in sent[0]["data"]["title"]
    assert 'data-priority="1"' in sent[0]["html"]
    assert f"org:{world.lotus.id}" not in sent[0]["audience"]


def test_hostile_words_are_shown_not_run(world: World) -> None:
    wei = world.actor("wei")
    case = world.open(HOSTILE, by=wei, body=HOSTILE * 200, device_name=HOSTILE)
    operations.add_entry(
        actor=wei, now=NOW, case_id=case.id, entry=NewEntry(kind="message", body=HOSTILE)
    )
    for who, url in (("tomas", "/queue/"), ("tomas", "/cases/1/"), ("wei", "/portal/cases/1/")):
        page = browser(world, who).get(url).content.decode()
        assert "<img" not in page
        assert "\x1b" not in page
        assert "\u202e" not in page
        assert "&lt;img" in page


def test_a_sessions_own_account_stands_for_its_begin_and_end(world: World) -> None:
    case = world.open()
    system = actors.system("access.tests")

    def live(*, begins: bool) -> None:
        operations.set_live_session(actor=system, now=NOW, case_id=case.id, live=begins)

    def page() -> str:
        return browser(world, "tomas").get("/cases/1/").content.decode()

    live(begins=True)
    assert "saw a session begin" in page(), "while it lasts nothing else says so"
    live(begins=False)
    assert page().count("saw it end") == 1, "one that left no account keeps both"
    account = NewEntry(kind="session", body="Tomás opened a shell.")
    operations.add_entry(actor=system, now=NOW, case_id=case.id, entry=account)
    assert "saw a session begin" not in page()
    assert "saw it end" not in page()
    assert "Tomás opened a shell." in page()
    live(begins=True)
    assert page().count("saw a session begin") == 1, "the next one is not hidden by it"


def test_long_words_are_folded_not_cut(world: World) -> None:
    world.open(body="line\n" * 60)
    page = browser(world, "tomas").get("/cases/1/").content.decode()
    assert page.count("line\n") >= 59
    assert "60 lines" in page


def test_resolving_asks_for_what_is_missing_and_keeps_what_was_typed(world: World) -> None:
    case = world.open()
    tomas = browser(world, "tomas")
    sent = {"cause": "file edited", "action": "put back", "alternative": "truck_roll"}
    answer = tomas.post("/cases/1/resolve/", sent)
    assert answer.status_code == 400
    assert "file edited" in answer.content.decode()
    sent |= {"alternative_cost": "420", "currency": "EUR", "cost_source": "price list"}
    assert tomas.post("/cases/1/resolve/", sent).status_code == 302
    assert world.read(case.id).status == "resolved"
    assert "420.00" in tomas.get("/cases/1/").content.decode()


def test_a_filter_narrows_and_a_broken_one_says_what_can_be_written(world: World) -> None:
    world.open("Printer")
    world.open("Router", site_id=world.bergen.id)
    maya = browser(world, "maya")
    page = maya.get("/queue/", {"q": "site:Lijiang is:open due:<8h"}).content.decode()
    assert "Printer" in page
    assert "Router" not in page
    broken = maya.get("/queue/", {"q": "colour:red"})
    assert broken.status_code == 400
    assert "Nothing is called" in broken.content.decode()


def test_the_cursor_walks_the_whole_list_once(world: World) -> None:
    for place in range(53):
        world.open(f"case {place}", priority=1 + place % 4)
    maya = browser(world, "maya")
    first = maya.get("/queue/").content.decode()
    more = first.split('class="pages"')[1].split('href="')[1].split('"')[0]
    second = maya.get(more).content.decode()
    assert (first.count("data-row "), second.count("data-row ")) == (50, 3)
    assert maya.get("/queue/?after=broken").status_code == 400


def test_pages_cost_the_same_however_long_they_are(world: World) -> None:
    maya, tomas = browser(world, "maya"), world.actor("tomas")
    case = world.open(device_id=DEVICE)
    costs: dict[str, list[int]] = {"/queue/": [], "/cases/1/": []}
    for round_ in range(2):
        for url, cost in costs.items():
            maya.get(url)
            with CaptureQueriesContext(
                connection,
            ) as asked:
                assert maya.get(url).status_code == 200
            cost.append(len(asked))
        if round_ == 0:
            for place in range(12):
                world.open(f"more {place}", now=NOW + timedelta(minutes=place))
                entry = NewEntry(kind="note", body=f"note {place}")
                operations.add_entry(actor=tomas, now=NOW, case_id=case.id, entry=entry)
    assert costs["/queue/"][0] == costs["/queue/"][1] <= 14
    assert costs["/cases/1/"][0] == costs["/cases/1/"][1] <= 24


def test_a_customer_opens_writes_and_closes_without_a_script(world: World) -> None:
    wei = browser(world, "wei")
    sent = {"subject": "No hot water", "body": "Since noon", "site": str(world.lijiang.id)}
    opened = wei.post("/portal/cases/new/", sent)
    assert opened.url == "/portal/cases/1/"
    assert wei.post("/portal/cases/1/messages/", {"body": "Still cold"}).status_code == 302
    tomas = browser(world, "tomas")
    tomas.post("/cases/1/resolve/", {"cause": "c", "action": "a", "alternative": "none"})
    assert "It is solved" in wei.get("/portal/cases/1/").content.decode()
    assert wei.post("/portal/cases/1/reopen/").status_code == 302
    assert wei.post("/portal/cases/1/close/").status_code == 409


def test_search_finds_by_number_subject_customer_site_and_device(world: World) -> None:
    world.open("Printer", device_name="lijiang-frontdesk", device_id=DEVICE)
    maya, baker = browser(world, "maya"), browser(world, "baker")
    for words in ("1", "#1", "print", "lotus hotels", "lotus lijiang", "frontdesk"):
        assert "Printer" in maya.get("/search", {"q": words}).content.decode()
        assert "Printer" not in baker.get("/search", {"q": words}).content.decode()
    recent = maya.get("/palette.json").json()["recent"]
    assert recent[0]["href"] == "/cases/1/"
    assert baker.get("/palette.json").json()["recent"] == []


def test_home_is_the_queue_for_agents_and_panels_for_customers(world: World) -> None:
    world.open("Printer")
    assert browser(world, "maya").get("/").url == "/queue/"
    assert "Printer" in browser(world, "wei").get("/").content.decode()


def test_a_draft_comes_back(world: World) -> None:
    world.open()
    tomas = browser(world, "tomas")
    kept = tomas.post("/cases/1/draft/", {"kind": "note", "body": "half a thought"})
    assert kept.status_code == 204
    assert "half a thought" in tomas.get("/cases/1/").content.decode()
