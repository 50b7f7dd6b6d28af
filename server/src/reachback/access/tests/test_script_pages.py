"""The library's pages: what was typed stays, hostile text is text, undo brings back."""

from typing import Any

import pytest
from django.contrib.messages import get_messages
from django.test import Client

from reachback.access import library, operations
from reachback.access.models import Script
from reachback.access.scripts.versions import NewVersion
from reachback.access.tests.conftest import World

pytestmark = pytest.mark.django_db
FORM = {
    "name": "Disk report",
    "about": "How full",
    "purpose": "script",
    "interpreter": "sh",
    "text": "df -h\r\n",
    "time_limit": "30",
    "output_limit": "64",
    "note": "",
    "rows": "1",
    "p0-name": "days",
    "p0-label": "How many days",
    "p0-kind": "number",
    "p0-limits": "1..365",
    "p0-default": "7",
}


def client(world: World, who: str) -> Client:
    found = Client(headers={"accept": "text/html"})
    backend = "allauth.account.auth_backends.AuthenticationBackend"
    found.force_login(world.users[who], backend)
    return found


def kept(world: World, **changes: Any) -> Script:
    values: dict[str, Any] = {"name": "Disk report", "version": NewVersion(text="df -h\n")}
    return operations.create_script(
        actor=world.actor("tomas"),
        now=world.now,
        organisation_id=world.provider.id,
        **(values | changes),
    )


def test_an_empty_library_says_what_a_script_is_for(world: World) -> None:
    text = client(world, "tomas").get("/scripts/").content.decode()
    assert "No scripts yet" in text
    assert "/scripts/new/" in text
    assert "/scripts/new/" not in client(world, "ada").get("/scripts/").content.decode()


def test_writing_a_script_keeps_text_parameters_and_limits(world: World) -> None:
    page = client(world, "tomas").post("/scripts/new/", FORM)
    assert page.status_code == 302
    version = library.newest(world.actor("maya")).get()
    assert (version.text, version.time_limit, version.output_limit) == ("df -h\n", 30, 65_536)
    (parameter,) = version.parameters
    assert (parameter["name"], parameter["least"], parameter["most"]) == ("days", 1, 365)
    shown = client(world, "ada").get(page.headers["Location"]).content.decode()
    assert version.digest in shown
    assert "How many days" in shown


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"name": ""}, "This field is required"),
        ({"interpreter": "powershell"}, "wait for Windows devices"),
        ({"time_limit": "0"}, "greater than or equal to 1"),
        ({"p0-limits": "many"}, "Write the least and the most"),
        ({"p0-name": "Days"}, "lower case"),
        ({"p0-default": "9000"}, "The usual answer does not fit"),
        ({"text": "a\0b"}, "Null characters are not allowed"),
    ],
)
def test_what_is_wrong_is_said_beside_its_field_and_what_was_typed_stays(
    world: World, change: dict[str, str], words: str
) -> None:
    page = client(world, "tomas").post("/scripts/new/", FORM | change)
    text = page.content.decode()
    assert page.status_code == 400
    assert words in text
    assert "How many days" in text
    assert not library.newest(world.actor("tomas")).exists()


def test_more_rows_for_parameters_keep_what_was_typed(world: World) -> None:
    page = client(world, "tomas").post("/scripts/new/", FORM | {"more": "1"})
    text = page.content.decode()
    assert page.status_code == 200
    assert 'name="p3-name"' in text
    assert "How many days" in text
    assert not library.newest(world.actor("tomas")).exists()


def test_the_next_version_is_written_from_the_newest_and_compared_with_it(world: World) -> None:
    row = kept(world)
    browser = client(world, "aiko")
    form = browser.get(f"/scripts/{row.id}/edit/").content.decode()
    assert 'name="based_on" value="1"' in form
    changed = FORM | {"text": "df -i\n", "based_on": "1", "note": "inodes"}
    assert browser.post(f"/scripts/{row.id}/edit/", changed).status_code == 302
    page = browser.get(f"/scripts/{row.id}/")
    assert [(each.sign, each.text) for each in page.context["difference"]][1:] == [
        ("-", "df -h"),
        ("+", "df -i"),
    ]
    late = browser.post(f"/scripts/{row.id}/edit/", changed)
    assert late.status_code == 400
    assert "Version 2 was made meanwhile" in late.content.decode()


def test_hostile_text_in_a_script_is_drawn_as_text(world: World) -> None:
    wicked = "<script>alert(1)</script><img src=x onerror=alert(2)>"
    row = kept(world, name=wicked[:80], about=wicked, version=NewVersion(text=wicked, note=wicked))
    for address in ("/scripts/", f"/scripts/{row.id}/", f"/scripts/{row.id}/edit/"):
        text = client(world, "tomas").get(address).content.decode()
        assert "<script>alert" not in text
        assert "<img" not in text
        assert "&lt;script&gt;alert(1)" in text


def test_the_file_is_the_very_bytes_of_the_digest(world: World) -> None:
    row = kept(world, version=NewVersion(text="echo 你好\n"))
    page = client(world, "ada").get(f"/scripts/{row.id}/versions/1/text")
    assert page.content == "echo 你好\n".encode()
    assert "attachment" in page.headers["Content-Disposition"]
    assert client(world, "ada").get(f"/scripts/{row.id}/versions/2/text").status_code == 404


def test_retiring_offers_its_undo(world: World) -> None:
    row = kept(world)
    browser = client(world, "maya")
    page = browser.post(f"/scripts/{row.id}/retire/")
    (message,) = get_messages(page.wsgi_request)
    assert message.extra_tags == f"/scripts/{row.id}/restore/"
    assert list(browser.get("/scripts/").context["versions"]) == []
    assert len(browser.get("/scripts/?retired=1").context["versions"]) == 1
    browser.post(message.extra_tags)
    assert library.script(world.actor("maya"), row.id).is_active
