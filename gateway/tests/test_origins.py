"""A target's web page at an origin of its own: who may enter, what passes, how it ends."""

import asyncio
import io
import secrets
from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from reachback_gateway.origins.rewriting import moved

from .customer import DEVICE
from .processes import Processes, until
from .targets import LendingPage, TargetDevice, Till, TunnelCustomer

HOSTS = "page-*.localhost"
PAGE = {"Accept": "text/html"}


class Opened:
    """The front, a device, a till behind it, and a session's page that lends OPENs."""

    def __init__(self, processes: Processes) -> None:
        self.processes = processes
        self.customer = TunnelCustomer()
        self.till = Till()
        known = {self.customer.device_key.public_line: self.customer.admission()}
        processes.answer("devices.json", known)
        processes.answer("tickets.json", {"ticket-1": self.customer.redeemed("s1")})
        self.page = LendingPage(processes.port, self.customer)
        self.host = ""
        self.cookie = ""

    async def start(self, target_port: int = 0) -> None:
        await self.till.start()
        port = target_port or self.till.port
        self.device = TargetDevice(self.processes.port, self.customer.device_key, port)
        await self.device.connect()
        await self.page.connect()
        self.host, self.cookie = await self.enter()

    async def ask(self, **more: str) -> tuple[int, dict[str, Any]]:
        question = {"person": "p1", "target": "till-3:80"} | more
        return await self.processes.ask_front("/sessions/s1/origin", question)

    async def enter(self) -> tuple[str, str]:
        """Open the first address as a browser does; the host and the cookie it was given."""
        status, found = await self.ask()
        assert status == 200, found
        async with self.get(found["path"], host=found["host"], cookie="") as answer:
            assert answer.status == 200
            cookie = answer.cookies["reachback_page"]
        assert (cookie["samesite"], cookie["domain"]) == ("Strict", "")
        assert cookie["httponly"]
        return found["host"], f"reachback_page={cookie.value}"

    def get(
        self,
        path: str,
        *,
        method: str = "GET",
        host: str = "",
        cookie: str | None = None,
        **more: Any,
    ) -> AbstractAsyncContextManager[aiohttp.ClientResponse]:
        headers = {"Host": f"{host or self.host}:{self.processes.port}"}
        if given := self.cookie if cookie is None else cookie:
            headers["Cookie"] = given
        headers |= more.pop("headers", {})
        address = self.processes.address + path
        return self.processes.http.request(
            method, address, headers=headers, allow_redirects=False, **more
        )

    async def text(self, path: str, **more: Any) -> tuple[int, str]:
        async with self.get(path, **more) as answer:
            return answer.status, await answer.text()

    async def close(self) -> None:
        await self.page.close()
        if hasattr(self, "device"):
            await self.device.close()
        await self.till.close()


@pytest.fixture
def patience() -> str:
    """Seconds; tests of what never comes make it short."""
    return "60"


@pytest.fixture
def away() -> str:
    """Seconds its page may be away."""
    return "300"


@pytest.fixture
async def opened(tmp_path: Path, patience: str, away: str) -> AsyncIterator[Opened]:
    processes = Processes(tmp_path)
    processes.environment = {
        "REACHBACK_TUNNEL_HOSTS": HOSTS,
        "REACHBACK_TUNNEL_PATIENCE": patience,
        "REACHBACK_TUNNEL_AWAY": away,
    }
    await processes.start_web()
    await processes.start_front()
    made = Opened(processes)
    yield made
    await made.close()
    await processes.close()


async def test_the_target_sees_its_own_name_and_nothing_of_ours(opened: Opened) -> None:
    await opened.start()
    port = opened.processes.port
    told = {
        "Origin": f"http://{opened.host}:{port}",
        "Referer": f"http://{opened.host}:{port}/before?a=1",
        "X-Forwarded-For": "10.1.2.3",
    }
    cookies = f"{opened.cookie}; reachback_page=planted; till=3"
    status, text = await opened.text("/", cookie=cookies, headers=told)
    assert (status, text) == (200, "<h1>Till 3</h1><p>/</p>")
    seen = opened.till.seen[0].headers
    assert seen["Host"] == "till-3"
    assert (seen["Origin"], seen["Referer"]) == ("http://till-3", "http://till-3/before?a=1")
    assert seen["Cookie"] == "till=3"
    assert "X-Forwarded-For" not in seen
    wish = opened.device.opens[0]
    assert set(wish) == {"grant", "open"}


async def test_everything_at_the_origin_is_the_targets(opened: Opened) -> None:
    await opened.start()
    for path in ("/static/till.css", "/-/live"):
        assert await opened.text(path) == (200, f"<h1>Till 3</h1><p>{path}</p>")


async def test_nobody_enters_without_the_cookie_of_this_very_origin(opened: Opened) -> None:
    await opened.start()
    for cookie in ("", "reachback_page=guessed", "reachback_session=stolen"):
        status, text = await opened.text("/", cookie=cookie, headers=PAGE)
        assert status == 403
        assert "Till" not in text
    status, _ = await opened.text("/", host="page-aaaaaaaaaaaaaaaaaaaaaaaaa.localhost")
    assert status == 403
    assert opened.till.seen == []


async def test_a_ticket_is_good_once_and_at_its_own_origin_only(opened: Opened) -> None:
    await opened.start()
    _, found = await opened.ask()
    status, _ = await opened.text(found["path"], host="page-other.localhost", cookie="")
    assert status == 403
    assert (await opened.text(found["path"], cookie=""))[0] == 200
    assert (await opened.text(found["path"], cookie=""))[0] == 403


async def test_another_sites_page_asks_in_vain_even_with_the_cookie(opened: Opened) -> None:
    await opened.start()
    for headers in (
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
        {"Origin": "http://page-other.localhost"},
        {"Origin": "null"},
    ):
        status, _ = await opened.text("/", headers=headers)
        assert status == 403
    assert opened.till.seen == []


async def test_what_the_target_sets_stays_at_its_origin(opened: Opened) -> None:
    await opened.start()
    async with opened.get("/cookies") as answer:
        assert answer.headers.getall("Set-Cookie") == ["till=3; Path=/; HttpOnly"]
    async with opened.get("/") as answer:
        gone = ("Access-Control-Allow-Origin", "Strict-Transport-Security", "Clear-Site-Data")
        assert not [name for name in gone if name in answer.headers]
        assert answer.headers["Cross-Origin-Resource-Policy"] == "same-origin"
        assert "frame-ancestors 'self'" in answer.headers["Content-Security-Policy"]


@pytest.mark.parametrize(
    ("to", "becomes"),
    [
        ("http://till-3/next?a=1", "/next?a=1"),
        ("http://till-3:80/next", "/next"),
        ("//till-3/next", "/next"),
        ("http://till-3", "/"),
        ("/next", "/next"),
        ("https://elsewhere.example/", "https://elsewhere.example/"),
    ],
)
def test_an_address_at_the_target_stays_at_the_origin(to: str, becomes: str) -> None:
    assert moved(to, "till-3:80") == becomes


async def test_a_redirect_to_the_target_stays_at_the_origin(opened: Opened) -> None:
    await opened.start()
    async with opened.get("/moved", params={"to": "http://till-3/next"}) as answer:
        assert (answer.status, answer.headers["Location"]) == (302, "/next")


async def test_one_connection_carries_request_after_request(opened: Opened) -> None:
    await opened.start()
    for _ in range(5):
        assert (await opened.text("/"))[0] == 200
    assert len(opened.device.opens) == 1
    await until(lambda: opened.page.told.get("requests") == 5)
    assert opened.page.told["connections"] == 1
    assert opened.page.told["received"] > 0


async def test_a_large_upload_and_a_large_download_arrive_whole(opened: Opened) -> None:
    await opened.start()
    data = secrets.token_bytes(5_000_000)
    assert await opened.text("/upload", method="POST", data=io.BytesIO(data)) == (200, "5000000")
    assert opened.till.uploaded == data
    async with opened.get("/big", params={"pieces": "160"}) as answer:
        body = await answer.read()
    assert body == b"".join(bytes([number % 251]) * 65_536 for number in range(160))


async def test_a_download_goes_on_after_the_devices_line_was_lost(opened: Opened) -> None:
    await opened.start()
    async with opened.get("/big", params={"pieces": "160"}) as answer:
        body = await answer.content.readexactly(65_536)
        opened.device.cut()
        await opened.device.gone.wait()
        await opened.device.connect()
        body += await answer.content.read()
    assert body == b"".join(bytes([number % 251]) * 65_536 for number in range(160))


async def test_an_answer_that_drips_is_passed_on_as_it_comes(opened: Opened) -> None:
    await opened.start()
    async with opened.get("/drip") as answer:
        assert await answer.content.readuntil(b"\n\n") == b"data: first\n\n"
        opened.till.again.set()
        assert await answer.content.read() == b"data: second\n\n"


async def test_a_websocket_of_the_target_is_passed_through(opened: Opened) -> None:
    await opened.start()
    own = f"http://{opened.host}:{opened.processes.port}"
    headers = {"Host": own.removeprefix("http://"), "Cookie": opened.cookie, "Origin": own}
    address = opened.processes.address + "/socket"
    async with opened.processes.http.ws_connect(address, headers=headers) as socket:
        for word in ("one", "two"):
            await socket.send_str(word)
            assert await socket.receive_str(timeout=20) == f"till: {word}"
    assert opened.till.seen[0].headers["Origin"] == "http://till-3"
    # Whoever is first, target or front: the connection is over at the device, too.
    await until(lambda: not opened.device.channels)
    assert (await opened.text("/"))[0] == 200


async def test_a_target_that_does_not_listen_is_named_with_the_devices_word(
    opened: Opened,
) -> None:
    await opened.start(target_port=1)
    status, text = await opened.text("/", headers=PAGE)
    assert status == 502
    assert "Connection refused." in text
    assert "Is its service running?" in text
    await until(lambda: "Connection refused" in opened.page.told.get("last", ""))


@pytest.mark.parametrize("patience", ["2"])
async def test_a_target_that_never_answers_is_given_up(opened: Opened) -> None:
    await opened.start()
    status, text = await opened.text("/silent", headers=PAGE)
    assert status == 504
    assert "does not answer" in text


@pytest.mark.parametrize(
    ("said", "title"),
    [(b"\x15\x03\x01\x00\x02\x02\x46", "speaks HTTPS"), (b"SSH-2.0-x\r\n", "not speak HTTP")],
)
async def test_a_target_that_speaks_something_else_is_named(
    opened: Opened, said: bytes, title: str
) -> None:
    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read(100)
        writer.write(said)
        writer.close()
        await writer.wait_closed()

    server = await asyncio.start_server(answer, "127.0.0.1", 0)
    async with server:
        await opened.start(target_port=server.sockets[0].getsockname()[1])
        status, text = await opened.text("/", headers=PAGE)
    assert status == 502
    assert title in text


@pytest.mark.parametrize("patience", ["2"])
async def test_without_its_page_nothing_is_opened(opened: Opened) -> None:
    await opened.start()
    await opened.page.close()
    async with asyncio.timeout(40):
        status, text = await opened.text("/", headers=PAGE)
    assert (status, opened.device.opens) == (503, [])
    assert "Keep its tab open" in text


async def test_a_page_that_comes_back_signs_what_waits(opened: Opened) -> None:
    await opened.start()
    await opened.page.close()
    asking = asyncio.create_task(opened.text("/"))
    await until(lambda: not asking.done())
    await opened.page.connect()
    assert (await asking)[0] == 200


async def test_an_open_nobody_asked_for_or_for_another_target_opens_nothing(
    opened: Opened,
) -> None:
    await opened.start()
    opened.page.lend()
    await until(lambda: opened.page.refused)
    assert opened.page.refused["code"] == "not-asked"
    opened.page.target = "169.254.169.254:80"
    status, _ = await opened.text("/")
    assert (status, opened.device.opens) == (502, [])


async def test_end_closes_the_origin_and_says_who_ended_it(opened: Opened) -> None:
    await opened.start()
    assert (await opened.text("/"))[0] == 200
    sentence = "Tomás Rivera ended the session."
    question = {"code": "session-ended", "sentence": sentence}
    assert (await opened.processes.ask_front("/sessions/s1/cut", question))[0] == 200
    status, text = await opened.text("/", headers=PAGE)
    assert status == 410
    assert sentence in text
    assert (await opened.ask())[0] == 409
    await until(lambda: opened.page.told.get("over") == sentence)


async def test_a_revocation_closes_the_origin(opened: Opened) -> None:
    await opened.start()
    question = {"code": "revoked", "sentence": "Chen Wei has revoked all access."}
    await opened.processes.ask_front(f"/devices/{DEVICE}/cut", question)
    status, text = await opened.text("/", headers=PAGE)
    assert status == 410
    assert "revoked all access" in text


async def test_who_signs_out_is_not_let_in_with_the_old_cookie(opened: Opened) -> None:
    await opened.start()
    await opened.processes.ask_front("/streams/end", {"audience": ["user:p1"]})
    assert (await opened.text("/"))[0] == 403
    host, cookie = await opened.enter()
    assert (host, (await opened.text("/", cookie=cookie))[0]) == (opened.host, 200)


async def test_only_the_sessions_own_person_gets_an_address(opened: Opened) -> None:
    await opened.start()
    assert (await opened.ask(person="p2"))[0] == 409
    assert (await opened.ask(target="till-4:80"))[0] == 409


async def test_a_restarted_front_knows_the_origin_again(opened: Opened) -> None:
    await opened.start()
    assert (await opened.text("/"))[0] == 200
    opened.processes.kill_front()
    await opened.processes.start_front()
    await opened.device.connect()
    await opened.page.connect()
    assert (await opened.text("/"))[0] == 200
    await until(lambda: len(opened.device.closes) == 1)


async def test_target_words_are_never_shown_as_ours(opened: Opened) -> None:
    await opened.start()
    opened.device.refusal = {
        "code": "parameter-refused",
        "sentence": "<script>alert(1)</script>",
        "clause": 4,
    }
    status, text = await opened.text("/", headers=PAGE)
    assert status == 502
    assert "<script>" not in text


async def test_other_names_are_the_providers(opened: Opened) -> None:
    await opened.start()
    async with aiohttp.ClientSession() as http, http.get(f"{opened.processes.address}/page") as got:
        assert await got.text() == "page /page"


@pytest.mark.parametrize("away", ["1"])
async def test_a_page_that_does_not_come_back_ends_its_session(opened: Opened) -> None:
    await opened.start()
    assert (await opened.text("/"))[0] == 200
    await opened.page.close()
    told = opened.processes.told

    def left() -> bool:
        events = [each for body in told("sessions/events") for each in body["events"]]
        ended = [each.get("code") for each in events if each["kind"] == "ended"]
        return ended == ["left"] and any(each["kind"] == "left" for each in events)

    await until(left)
    assert (await opened.text("/"))[0] in {403, 410}
