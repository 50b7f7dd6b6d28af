"""A hostile device, a hostile visitor and an outage against the whole running demo."""

from __future__ import annotations

import asyncio
import json
import re
import sqlite3
import time
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from gateway.tests.client_socket import RefusedUpgradeError
from gateway.tests.peers import Browser, Device

from journeys.demo import Demo, folder_for_two, running
from journeys.visitor import Visitor
from reachback_wire.signing import PrivateKey

pytestmark = pytest.mark.timeout(400)
SCRIPT = "<script>alert('owned')</script>"
IMAGE = '"><img src=x onerror=alert(1)>'
UNSEEN = "\x1b[2J\x1b]0;owned\x07\u202e\u2066\x00\x9b31m"
NOBODY = "01900000-0000-7000-8000-00000000dead"


@pytest.fixture(scope="module")
def hotel() -> Iterator[Demo]:
    with folder_for_two() as folder, running(folder / "demo") as started:
        yield started


def now() -> int:
    return time.time_ns() // 1_000_000


async def until(what: Any, sentence: str, seconds: float = 90) -> Any:
    """Ask again until there is an answer; fail with a sentence."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if found := await asyncio.to_thread(what):
            return found
        await asyncio.sleep(0.2)
    raise AssertionError(sentence)


@dataclass
class Enrolled:
    """A device that was enrolled as any other, and is the attacker's."""

    token: str
    id: str
    key: PrivateKey
    link: Device


def make_token(hotel: Demo, name: str) -> str:
    ops = Visitor(hotel.port, "ops").enter()
    page = ops.get("/devices/enrol/new/")[2]
    site = re.search(r'<option value="([0-9a-f-]{36})"', page)
    assert site, page[:2000]
    status, _, shown = ops.post("/devices/enrol/new/", {"site": site.group(1), "name": name})
    assert status == 200, status
    token = re.search(r"--token\s+([\w-]+)", shown)
    assert token, shown[:3000]
    return token.group(1)


def enrol(hotel: Demo, token: str, key: PrivateKey, **more: str) -> tuple[int, dict[str, Any]]:
    body = json.dumps({"token": token, "key": key.public_line, **more})
    asked = Visitor(hotel.port, "ops").ask(
        "POST", "/devices/enrol", body, Content_Type="application/json"
    )
    return asked[0], json.loads(asked[2])


@pytest.fixture
async def hostile(hotel: Demo) -> AsyncIterator[Enrolled]:
    token, key = make_token(hotel, "spare"), PrivateKey.generate()
    status, answer = enrol(
        hotel,
        token,
        key,
        name=f"desk {UNSEEN}{SCRIPT}",
        hostname=IMAGE + UNSEEN,
        system=SCRIPT * 3,
        connector=IMAGE,
        instance="instance-1",
        machine="m1",
    )
    assert status == 201, answer
    link = Device(hotel.port, key)
    await link.connect()
    yield Enrolled(token, answer["device"], key, link)
    await link.close()


def harmless(answer: tuple[int, dict[str, str], str], path: str) -> str:
    """A page under the policy, with nothing of the device that browser or terminal would obey."""
    status, headers, page = answer
    assert status == 200, (path, status)
    policy = headers["content-security-policy"]
    assert "default-src 'self'" in policy, path
    assert "'unsafe-eval'" not in policy, path
    scripts = policy.split("script-src")[1].split(";")[0]
    assert "unsafe-inline" not in scripts, path
    for payload in (SCRIPT, "<script>alert", IMAGE, "<img src=x"):
        assert payload not in page, (path, payload)
    for character in "\x00\x07\x1b\x9b\u202e\u2066":
        assert character not in page, (path, character.encode("unicode_escape"))
    return page


async def test_hostile_device_text_is_harmless_on_every_page_it_reaches(
    hotel: Demo, hostile: Enrolled
) -> None:
    inventory = {
        "id": "inv",
        "hostname": IMAGE + UNSEEN,
        "system": SCRIPT,
        "connector": SCRIPT,
        "checks": [{"name": "guest" + SCRIPT, "kind": "http", "target": IMAGE, "every": 5}],
    }
    result = {
        "id": "r1",
        "check": "guest" + SCRIPT,
        "state": "failed",
        "sentence": f"Broken{UNSEEN} {SCRIPT}{IMAGE}",
        "at": now(),
        "changed": [SCRIPT, IMAGE, UNSEEN],
        "details": {SCRIPT: IMAGE},
    }
    hostile.link.report(41, json.dumps(inventory).encode(), ch=2)
    hostile.link.report(40, json.dumps(result).encode(), ch=2)
    await until(lambda: hostile.link.health.acked >= 2, "the reports were not accepted")
    tech = Visitor(hotel.port, "tech").enter()
    path = f"/devices/{hostile.id}/"
    escaped = "&lt;script&gt;"
    await until(lambda: "Broken" in tech.get(path)[2], "the device's page shows no failed check")
    assert escaped in harmless(tech.get(path), path)

    def case() -> str:
        for number in set(re.findall(r"/cases/(\d+)/", tech.get("/queue/")[2])):
            if "guest&lt;script" in tech.get(f"/cases/{number}/")[2]:
                return f"/cases/{number}/"
        return ""

    opened = await until(case, "no case was opened for the failed check")
    for page in (opened, "/queue/", "/devices/", "/sessions/"):
        harmless(tech.get(page), page)


async def test_a_flood_of_reports_and_huge_ones_leave_the_pages_working(
    hotel: Demo, hostile: Enrolled
) -> None:
    tech = Visitor(hotel.port, "tech").enter()
    for number in range(1_500):
        value = {"id": f"f{number}", "check": f"c{number}", "state": "failed", "sentence": "x"}
        hostile.link.report(40, json.dumps({**value, "at": now()}).encode(), ch=2)
    hostile.link.report(40, json.dumps({"id": "big", "sentence": "A" * 65_000}).encode(), ch=2)
    hostile.link.report(33, b"[" * 60_000)
    hostile.link.report(33, b'{"id":"\\ud800"}')
    assert (await asyncio.to_thread(tech.get, "/queue/"))[0] == 200
    path = f"/devices/{hostile.id}/"
    harmless(await asyncio.to_thread(tech.get, path), path)
    assert hotel.state()["linked"]


async def test_a_copied_device_holds_both_to_health_and_is_said_so(
    hotel: Demo, hostile: Enrolled
) -> None:
    assert hostile.link.welcome["hold"] == "none"
    clone = Device(hotel.port, hostile.key)
    clone.instance = "instance-2"
    await clone.connect()
    assert clone.welcome["hold"] == "health"
    await asyncio.wait_for(hostile.link.gone.wait(), 60)
    await hostile.link.connect()
    assert hostile.link.welcome["hold"] == "health"
    tech = Visitor(hotel.port, "tech").enter()
    page = (await asyncio.to_thread(tech.get, f"/devices/{hostile.id}/"))[2].lower()
    assert "clone" in page or "stolen key" in page
    await clone.close()


def test_an_enrolment_token_is_good_once(hotel: Demo) -> None:
    token = make_token(hotel, "one of a kind")
    assert enrol(hotel, token, PrivateKey.generate(), instance="a")[0] == 201
    status, answer = enrol(hotel, token, PrivateKey.generate(), instance="b")
    assert (status, answer["code"]) == (403, "token-spent")
    assert answer["sentence"].endswith(".")
    status, answer = enrol(hotel, "guess", PrivateKey.generate())
    assert (status, answer["code"]) == (403, "token-unknown")
    status, answer = enrol(hotel, "x" * 9_000, PrivateKey.generate())
    assert (status, answer["code"]) == (400, "malformed")


async def test_a_page_of_another_site_opens_no_link(hotel: Demo) -> None:
    for origin in ("https://evil.example", f"http://ops.localhost:{hotel.port}", "null"):
        browser = Browser(hotel.port, PrivateKey.generate(), NOBODY, "guess")
        browser.host_header = f"tech.localhost:{hotel.port}"
        browser.origin = origin
        with pytest.raises((RefusedUpgradeError, ConnectionError)) as caught:
            await browser.connect()
        if isinstance(caught.value, RefusedUpgradeError):
            assert caught.value.status == 403
        assert not browser.byes
        await browser.close()
    browser = Browser(hotel.port, PrivateKey.generate(), NOBODY, "guess")
    browser.host_header = f"tech.localhost:{hotel.port}"
    browser.origin = f"http://tech.localhost:{hotel.port}"
    with pytest.raises(ConnectionError):
        await browser.connect()
    assert browser.byes, "a guessed ticket is refused with a reason"
    await browser.close()


def test_what_belongs_to_the_provider_does_not_exist_for_a_customer(
    hotel: Demo,
) -> None:
    chen = Visitor(hotel.port, "hotel").enter()
    for path in ("/devices/", "/queue/", "/devices/enrol/new/", f"/devices/{NOBODY}/"):
        assert chen.get(path)[0] in {403, 404}, path
    for path in (f"/sessions/{NOBODY}/", f"/recordings/{NOBODY}/", f"/recordings/{NOBODY}/export"):
        assert chen.get(path)[0] == 404, path
    stranger = Visitor(hotel.port, "hotel")
    for path in ("/devices/", f"/recordings/{NOBODY}/export"):
        status, headers, _ = stranger.get(path)
        assert status in {302, 403, 404}, path
        assert "recordings" not in headers.get("location", "").split("?")[0]


def test_the_front_tells_the_outside_nothing_of_the_inside(hotel: Demo) -> None:
    visitor = Visitor(hotel.port, "ops").enter()
    for path in ("/-/front/who", "/-/front/devices/hello", "/%2D/front/who", "/-//front/who"):
        assert visitor.ask("POST", path, "{}", X_Reachback_Front="guess")[0] == 404, path
    for host in ("evil.example", "ops.localhost@evil.example", "localhost/../evil", ""):
        status, _, page = visitor.ask("GET", "/", Host=host)
        assert status in {400, 404}, (host, status)
        assert "evil" not in page, host
    status, _, _ = visitor.ask("POST", "/devices/enrol/new/", "name=x", Content_Type="text/plain")
    assert status == 403
    head = {"Content_Length": str((64 << 20) + 1)}
    assert visitor.ask("POST", "/devices/enrol", b"", **head)[0] == 413


async def test_reports_wait_for_a_locked_database_and_are_not_lost(
    hotel: Demo, hostile: Enrolled
) -> None:
    lock = sqlite3.connect(hotel.data / "reachback.sqlite3", isolation_level=None, timeout=30)
    lock.execute("BEGIN IMMEDIATE")
    value = {"id": "late", "check": "door", "state": "failed", "sentence": "Still here.", "at": 0}
    hostile.link.report(40, json.dumps({**value, "at": now()}).encode(), ch=2)
    tech = Visitor(hotel.port, "tech")
    tech.cookies["theme"] = "dark"
    assert (await asyncio.to_thread(tech.get, "/-/live"))[0] == 200
    assert hostile.link.health.acked == 0
    lock.execute("COMMIT")
    lock.close()
    await until(lambda: hostile.link.health.acked, "the report was lost")


async def test_without_the_web_process_the_front_says_so_and_links_stay(
    hotel: Demo, hostile: Enrolled
) -> None:
    old = hotel.kill("web")
    seen = {0}
    tech = Visitor(hotel.port, "tech")

    def down() -> bool:
        status, headers, page = tech.ask("GET", "/", Accept="text/html")
        seen.add(status)
        if status == 503:
            assert headers["retry-after"]
            assert "<title>" in page
        return status == 503

    await until(down, f"the front never said that the web process is away: {seen}")
    assert not hostile.link.gone.is_set()
    value = {"id": "x", "check": "door", "state": "ok", "sentence": "Fine.", "at": now()}
    hostile.link.report(40, json.dumps(value).encode(), ch=2)
    await asyncio.to_thread(hotel.wait_restarted, "web", old)
    await until(lambda: hostile.link.health.acked, "the report did not arrive afterwards")
    assert not hostile.link.gone.is_set()
