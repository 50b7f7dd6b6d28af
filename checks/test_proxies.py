"""The examples in deploy/proxy do what they are there for: each runs, and everything passes it."""

from __future__ import annotations

import asyncio
import base64
import contextlib
import http.client
import json
import re
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlencode

import pytest

from checks import proxied
from checks.proxied import EMAIL, PASSWORD, PATIENCE, Site
from reachback_connector.control.address import Address
from reachback_connector.control.dial import Dialler
from reachback_connector.control.polling import Polling
from reachback_connector.control.ways import Ways
from reachback_connector.control.websocket import WebSocket
from reachback_connector.errors import NetworkError

EXAMPLES = {"nginx": proxied.nginx, "caddy": proxied.caddy}
LOGIN = "/accounts/login/"
BIG = 5 * 1_048_576


@pytest.fixture(scope="module", params=["nginx", pytest.param("caddy", marks=pytest.mark.slow)])
def site(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Site]:
    folder = tmp_path_factory.mktemp(request.param)
    with proxied.serving(folder, EXAMPLES[request.param]) as served:
        yield served


class Visitor:
    """A browser as far as it matters here: cookies, Origin and forms."""

    def __init__(self, site: Site) -> None:
        self.site = site
        self.cookies: dict[str, str] = {}

    def ask(
        self, method: str, path: str, body: bytes = b"", **headers: str
    ) -> tuple[http.client.HTTPResponse, bytes]:
        connection = http.client.HTTPConnection(proxied.NAME, self.site.port)
        cookie = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        sent = {"Cookie": cookie, "Host": f"{proxied.NAME}:{self.site.port}", **named}
        with self.site.tls() as connection.sock:
            connection.request(method, path, body or None, sent)
            with connection.getresponse() as answer:
                content = answer.read()
        for line in answer.headers.get_all("Set-Cookie") or []:
            name, _, value = line.split(";")[0].partition("=")
            self.cookies[name] = value
            assert "Secure" in line or "Max-Age=0" in line, (
                "the server must know that people come by HTTPS"
            )
        return answer, content

    def sign_in(self, file: bytes = b"") -> int:
        """Fill in the form, with a file if given, as the page's own form would; the status."""
        _, page = self.ask("GET", LOGIN)
        found = re.search(rb'name="csrfmiddlewaretoken" value="([^"]+)"', page)
        assert found, page[:500]
        fields = {"csrfmiddlewaretoken": found[1].decode(), "login": EMAIL, "password": PASSWORD}
        if file:
            body, kind = _multipart(fields, file), "multipart/form-data; boundary=edge"
        else:
            body, kind = urlencode(fields).encode(), "application/x-www-form-urlencoded"
        answer, _ = self.ask("POST", LOGIN, body, Origin=self.site.origin, Content_Type=kind)
        return answer.status


def _multipart(fields: dict[str, str], file: bytes) -> bytes:
    parts = [
        f'--edge\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'.encode()
        for name, value in fields.items()
    ]
    head = b'--edge\r\nContent-Disposition: form-data; name="file"; filename="log.bin"\r\n\r\n'
    return b"".join([*parts, head, file, b"\r\n--edge--\r\n"])


def test_people_sign_in_by_https_and_stay_signed_in(site: Site) -> None:
    visitor = Visitor(site)
    assert visitor.ask("GET", "/queue/")[0].status == 302
    assert visitor.sign_in() == 302
    assert visitor.ask("GET", "/queue/")[0].status == 200


def test_a_body_larger_than_a_proxys_own_limit_arrives(site: Site) -> None:
    visitor = Visitor(site)
    assert visitor.sign_in(bytes(BIG)) == 302
    assert visitor.ask("GET", "/queue/")[0].status == 200


def test_an_event_is_not_kept_in_a_buffer(site: Site) -> None:
    visitor = Visitor(site)
    assert visitor.sign_in() == 302
    cookie = "; ".join(f"{name}={value}" for name, value in visitor.cookies.items())
    with site.tls() as peer:
        # A front that does not know this id says "reload" at once, and then nothing.
        peer.sendall(
            f"GET /-/events HTTP/1.1\r\nHost: {proxied.NAME}:{site.port}\r\nCookie: {cookie}\r\n"
            "Accept: text/event-stream\r\nLast-Event-ID: before-1\r\n\r\n".encode()
        )
        heard = b""
        while b"event: reload" not in heard:
            part = peer.recv(4096)
            assert part, heard
            heard += part
        assert heard.startswith(b"HTTP/1.1 200"), heard


def _upgrade(site: Site, leg: str, origin: str) -> bytes:
    """Ask for a link; the answer's head and whatever the front says first."""
    with site.tls() as peer:
        key = base64.b64encode(bytes(16)).decode()
        peer.sendall(
            f"GET /-/link/{leg} HTTP/1.1\r\nHost: {proxied.NAME}:{site.port}\r\n"
            "Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n"
            f"Sec-WebSocket-Key: {key}\r\nSec-WebSocket-Protocol: reachback.link.1\r\n"
            f"Origin: {origin}\r\n\r\n".encode()
        )
        heard = b""
        while b'"nonce"' not in heard and not heard.startswith(b"HTTP/1.1 4"):
            part = peer.recv(4096)
            assert part, heard
            heard += part
        return heard


def test_a_browsers_link_opens_for_our_own_pages_only(site: Site) -> None:
    assert _upgrade(site, "browser", site.origin).startswith(b"HTTP/1.1 101")
    other = _upgrade(site, "browser", "https://elsewhere.example")
    assert other.startswith(b"HTTP/1.1 403"), other


CONNECTOR = [sys.executable, "-m", "reachback_connector"]


@pytest.fixture(scope="module")
def device(site: Site, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The state directory of a device enrolled through the proxy."""
    state = tmp_path_factory.mktemp("device") / "state"
    keys = ["--customer-keys", "SHA256:" + "A" * 43]
    words = ["--token", site.token, *keys, "--ca", str(site.certificate)]
    enrolled = subprocess.run(
        [*CONNECTOR, "enrol", "--state", str(state), site.origin, *words],
        env=proxied.settings(state.parent),
        capture_output=True,
        text=True,
        check=False,
    )
    assert enrolled.returncode == 0, enrolled.stderr
    return state


@contextlib.contextmanager
def connected(state: Path) -> Iterator[Path]:
    """Run the control process until its reports are accepted; its log."""
    log = state.parent / "connector.log"
    with log.open("wb") as output:
        running = subprocess.Popen(
            [*CONNECTOR, "run", "--state", str(state)],
            env=proxied.settings(state.parent),
            stdout=output,
            stderr=output,
        )
        try:
            _until(log, "The link to node main is up.")
            # What a device reports is accepted by the web process and acknowledged through here.
            _until_empty(state / "control" / "results.jsonl")
            assert running.poll() is None
            yield log
        finally:
            running.terminate()
            running.wait(30)


def test_a_real_device_enrols_and_its_link_holds(device: Path) -> None:
    with connected(device) as log:
        assert log.read_text("utf-8").count("is up.") == 1
        assert "request pairs" not in log.read_text("utf-8")


def test_a_device_in_contact_on_demand_is_expected_and_comes_again(
    site: Site, device: Path
) -> None:
    visitor = Visitor(site)
    assert visitor.sign_in() == 302
    contact = device / "contact.json"
    contact.write_text(json.dumps({"every": 3_600, "for": 1}), "utf-8")
    try:
        with connected(device) as log:
            _until(log, "The contact is over;")
            page = visitor.ask("GET", "/devices/?state=resting")[1].decode()
            assert "On demand" in page
            assert "data-clock" in page
            assert "Not linked" not in page
        contact.write_text(json.dumps({"every": 3, "for": 1}), "utf-8")
        with connected(device) as log:
            until = time.monotonic() + PATIENCE
            while log.read_text("utf-8").count("is up.") < 2:
                assert time.monotonic() < until, log.read_text("utf-8")
                time.sleep(0.05)
    finally:
        contact.unlink()


def test_a_link_comes_up_where_a_proxy_removes_upgrade_and_the_doctor_says_so(
    site: Site, device: Path, tmp_path: Path
) -> None:
    settings = device / "connector.json"
    before = settings.read_text("utf-8")
    with proxied.without_upgrade(tmp_path, site) as port:
        value = json.loads(before)
        link = f"https://{proxied.NAME}:{port}/-/link/device"
        settings.write_text(json.dumps(value | {"link_url": link}), "utf-8")
        try:
            with connected(device) as log:
                assert "the link goes by request pairs" in log.read_text("utf-8")
                assert log.read_text("utf-8").count("is up.") == 1
            doctor = subprocess.run(
                [*CONNECTOR, "doctor", "--state", str(device)],
                env=proxied.settings(device.parent),
                capture_output=True,
                text=True,
                check=False,
            )
        finally:
            settings.write_text(before, "utf-8")
    assert doctor.returncode == 1
    assert "BLOCKED  upgrade: " in doctor.stdout, doctor.stdout
    assert "free  polling: The link works without WebSocket" in doctor.stdout


async def test_the_link_changes_over_when_upgrade_passes_again(site: Site, tmp_path: Path) -> None:
    with proxied.without_upgrade(tmp_path, site) as port:
        where = Address(True, proxied.NAME, port, "/-/link/device")  # noqa: FBT003
        ways = Ways(Dialler(site.certificate, environment={}), where, again=0.2)
        socket = await ways.connect()
        assert isinstance(socket, Polling)
        heard: list[bytes] = []
        async with asyncio.timeout(PATIENCE), ways.looking(socket):
            socket.listen(heard.extend)
            while not heard:  # noqa: ASYNC110 - until CHALLENGE
                await asyncio.sleep(0.02)
            proxied.let_upgrade_pass(tmp_path)
            with pytest.raises(NetworkError):
                await socket.ended
        second = await ways.connect()
        assert isinstance(second, WebSocket)
        await second.close()


def _until(log: Path, words: str) -> None:
    until = time.monotonic() + PATIENCE
    while words not in log.read_text("utf-8"):
        assert time.monotonic() < until, log.read_text("utf-8")
        time.sleep(0.05)


def _until_empty(outbox: Path) -> None:
    """Something was reported, and nothing of it waits any more."""
    until = time.monotonic() + PATIENCE
    while not outbox.exists() or outbox.stat().st_size:
        assert time.monotonic() < until, "the reports were not accepted"
        time.sleep(0.05)
