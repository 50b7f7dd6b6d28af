"""The examples in deploy/proxy do what they are there for: each runs, and everything passes it."""

from __future__ import annotations

import base64
import http.client
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


def test_a_real_device_enrols_and_its_link_holds(site: Site, tmp_path: Path) -> None:
    connector = [sys.executable, "-m", "reachback_connector"]
    state = ["--state", str(tmp_path / "state")]
    keys = ["--customer-keys", "SHA256:" + "A" * 43]
    words = ["--token", site.token, *keys, "--ca", str(site.certificate)]
    environment = proxied.settings(tmp_path)
    enrolled = subprocess.run(
        [*connector, "enrol", *state, site.origin, *words],
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert enrolled.returncode == 0, enrolled.stderr
    log = tmp_path / "connector.log"
    with log.open("wb") as output:
        running = subprocess.Popen(
            [*connector, "run", *state], env=environment, stdout=output, stderr=output
        )
        try:
            _until(log, "The link to node main is up.")
            # What a device reports is accepted by the web process and acknowledged through here.
            _until_empty(tmp_path / "state" / "control" / "results.jsonl")
            assert running.poll() is None
            assert log.read_text("utf-8").count("is up.") == 1
        finally:
            running.terminate()
            running.wait(30)


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
