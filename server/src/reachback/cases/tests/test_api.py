"""The API of cases: who may do what, and what an error looks like."""

import pytest
from django.test import Client

from reachback.cases.tests.factory import World
from reachback.cases.tests.test_pages import browser


def new(world: World, **more: object) -> dict[str, object]:
    return {"organisation_id": str(world.lotus.id), "subject": "No hot water", **more}


def test_a_visitor_gets_nothing(world: World) -> None:
    visitor = Client(headers={"host": "ops.localhost"})
    for path in ("/api/cases", "/api/cases/1"):
        assert visitor.get(path).status_code == 401
    for path in ("/api/cases", "/api/cases/1/entries"):
        assert visitor.post(path, {}, content_type="application/json").status_code == 401


def test_an_agent_opens_reads_lists_and_writes(world: World) -> None:
    tomas = browser(world, "tomas")
    opened = tomas.post("/api/cases", new(world, priority=2), content_type="application/json")
    assert opened.status_code == 201
    number = opened.json()["number"]
    note = {"kind": "note", "body": "looks old"}
    url = f"/api/cases/{number}/entries"
    assert tomas.post(url, note, content_type="application/json").status_code == 201
    detail = tomas.get(f"/api/cases/{number}").json()
    assert [entry["kind"] for entry in detail["entries"]] == ["message", "note"]
    listed = tomas.get("/api/cases", {"q": "hot priority:2"}).json()
    assert [case["number"] for case in listed["cases"]] == [number]


def test_a_customer_sees_and_writes_their_own_without_notes(world: World) -> None:
    world.open()
    tomas, wei = browser(world, "tomas"), browser(world, "wei")
    note = {"kind": "note", "body": "planted"}
    tomas.post("/api/cases/1/entries", note, content_type="application/json")
    assert "planted" not in wei.get("/api/cases/1").content.decode()
    refused = wei.post("/api/cases/1/entries", note, content_type="application/json")
    assert refused.status_code == 403
    assert set(refused.json()) == {"code", "sentence"}
    urgent = wei.post("/api/cases", new(world, priority=1), content_type="application/json")
    number = urgent.json()["number"]
    assert wei.get(f"/api/cases/{number}").json()["case"]["priority"] == 3


def test_another_customer_finds_nothing_and_opens_nothing_here(world: World) -> None:
    world.open()
    baker = browser(world, "baker")
    assert baker.get("/api/cases/1").status_code == 404
    assert baker.get("/api/cases").json()["cases"] == []
    answer = baker.post("/api/cases", new(world), content_type="application/json")
    assert answer.status_code == 403
    words = {"kind": "message", "body": "x"}
    written = baker.post("/api/cases/1/entries", words, content_type="application/json")
    assert written.status_code == 404


@pytest.mark.parametrize(
    ("path", "given", "status"),
    [
        ("/api/cases/1/entries", {"kind": "magic", "body": "x"}, 400),
        ("/api/cases/1/entries", {"kind": "alert", "body": "x"}, 400),
        ("/api/cases/1/entries", {"kind": "note", "body": " "}, 400),
        ("/api/cases/9/entries", {"kind": "note", "body": "x"}, 404),
        ("/api/cases", {"subject": "x"}, 422),
    ],
)
def test_bad_input_is_a_typed_answer(
    world: World, path: str, given: dict[str, str], status: int
) -> None:
    world.open()
    answer = browser(world, "tomas").post(path, given, content_type="application/json")
    assert answer.status_code == status


def test_a_filter_that_cannot_be_read_is_said(world: World) -> None:
    answer = browser(world, "tomas").get("/api/cases", {"q": "is:broken"})
    assert answer.status_code == 400
    assert answer.json()["code"] == "cases.bad_filter"


def test_a_site_of_another_customer_is_refused(world: World) -> None:
    given = {
        "organisation_id": str(world.other.id),
        "subject": "x",
        "site_id": str(world.lijiang.id),
    }
    answer = browser(world, "tomas").post("/api/cases", given, content_type="application/json")
    assert answer.status_code == 400


def test_every_error_answer_is_in_the_schema(world: World) -> None:
    schema = browser(world, "tomas").get("/api/openapi.json").json()
    assert schema["openapi"].startswith("3.1")
    for path, methods in schema["paths"].items():
        for operation in methods.values():
            assert {"400", "403", "404", "409"} <= set(operation["responses"]), path
