"""From the button to the notification: a real Chromium, and a real push service on loopback.

Chromium subscribes with its vendor's service on the internet, which a test does not have: there the
button says so. The subscription is then posted as the browser's script would, with keys made here,
for a push service that checks who sends (RFC 8292) and reads what was sent (RFC 8291).
"""

import asyncio
import base64
import hashlib
import json
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from urllib.parse import urlsplit

import http_ece
import pytest
from aiohttp import web
from axe_playwright_python.sync_playwright import Axe
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature
from django.conf import settings as configured
from django.test import Client
from django.urls import reverse
from playwright.sync_api import BrowserContext, Page, expect, sync_playwright
from pytest_django import Settings
from pytest_django.live_server_helper import LiveServer

from reachback.delivery.models import Address, Delivery
from reachback.delivery.transports import keys
from reachback.people.models import User

from .conftest import SYSTEM

SECRET = b"0123456789abcdef"
PATH = "/push/8f2c"


def encoded(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def decoded(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


@dataclass
class Service:
    """A push service with one subscription: it refuses a sender it cannot verify."""

    private: ec.EllipticCurvePrivateKey
    origin: str = ""
    read: list[dict[str, str]] = field(default_factory=list)

    @property
    def subscription(self) -> dict[str, str]:
        point = self.private.public_key().public_bytes(
            serialization.Encoding.X962, serialization.PublicFormat.UncompressedPoint
        )
        return {
            "endpoint": self.origin + PATH,
            "p256dh": encoded(point),
            "auth": encoded(SECRET),
        }

    async def take(self, request: web.Request) -> web.Response:
        body = await request.read()
        try:
            self.verify(request.headers["Authorization"])
        except (KeyError, ValueError, AssertionError) as refusal:
            return web.Response(status=403, text=repr(refusal))
        assert request.headers["Content-Encoding"] == "aes128gcm"
        assert int(request.headers["TTL"]) > 0
        clear = http_ece.decrypt(body, private_key=self.private, auth_secret=SECRET)
        self.read.append(json.loads(clear))
        return web.Response(status=201)

    def verify(self, header: str) -> None:
        """The token is signed by the key it names, for this service, by somebody to write to."""
        scheme, _, parts = header.partition(" ")
        assert scheme == "vapid"
        named = dict(part.strip().split("=", 1) for part in parts.split(","))
        signed, _, signature = named["t"].rpartition(".")
        numbers = decoded(signature)
        public = ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), decoded(named["k"]))
        public.verify(
            encode_dss_signature(
                int.from_bytes(numbers[:32], "big"), int.from_bytes(numbers[32:], "big")
            ),
            signed.encode(),
            ec.ECDSA(hashes.SHA256()),
        )
        claims = json.loads(decoded(signed.split(".")[1]))
        assert claims["aud"] == self.origin
        assert claims["sub"].startswith("mailto:")
        assert named["k"] == keys.public_key()


@pytest.fixture
def service(settings: Settings) -> Iterator[Service]:
    made = Service(ec.generate_private_key(ec.SECP256R1()))
    ready, loop = threading.Event(), asyncio.new_event_loop()

    async def start() -> web.AppRunner:
        app = web.Application()
        app.router.add_post(PATH, made.take)
        runner = web.AppRunner(app)
        await runner.setup()
        site = web.TCPSite(runner, "127.0.0.1", 0)
        await site.start()
        made.origin = f"http://127.0.0.1:{runner.addresses[0][1]}"
        return runner

    def run() -> None:
        runner = loop.run_until_complete(start())
        ready.set()
        loop.run_forever()
        loop.run_until_complete(runner.cleanup())
        loop.close()

    thread = threading.Thread(target=run)
    thread.start()
    assert ready.wait(20)
    settings.REACHBACK_PUSH_SERVICES = [made.origin]
    yield made
    loop.call_soon_threadsafe(loop.stop)
    thread.join()


@pytest.fixture
def context(chen: User, live_server: LiveServer) -> Iterator[BrowserContext]:
    """Chen's browser, signed in and allowed to show notifications."""
    client = Client()
    client.force_login(chen)
    name = configured.SESSION_COOKIE_NAME
    address = live_server.url.replace("127.0.0.1", "localhost")
    with pytest.MonkeyPatch.context() as patch, sync_playwright() as playwright:
        patch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "1")
        chromium = playwright.chromium.launch(
            executable_path="/usr/bin/chromium", args=["--no-sandbox"]
        )
        made = chromium.new_context(base_url=address, reduced_motion="reduce")
        made.grant_permissions(["notifications"], origin=address)
        made.add_cookies([{"name": name, "value": client.cookies[name].value, "url": address}])
        made.set_default_timeout(20_000)
        yield made
        made.close()
        chromium.close()


def post_as_the_script_does(page: Page, fields: dict[str, str]) -> int:
    status: int = page.evaluate(
        """async (fields) => (await fetch("/people/me/notifications/devices/", {
            method: "POST",
            headers: {"X-CSRFToken": document.querySelector("meta[name=csrf-token]").content},
            body: new URLSearchParams(fields),
        })).status""",
        fields,
    )
    return status


def test_a_device_is_subscribed_shown_tested_and_removed(
    chen: User,
    context: BrowserContext,
    service: Service,
    deliver_due: Callable[[datetime], int],
) -> None:
    page = context.new_page()
    page.goto(reverse("delivery:preferences"))
    expect(page.get_by_text("No device of yours shows notifications")).to_be_visible()
    worker = page.evaluate(
        """async () => {
            await navigator.serviceWorker.register("/worker.js", {scope: "/"});
            return (await navigator.serviceWorker.ready).scope;
        }"""
    )
    assert urlsplit(worker).path == "/"
    page.get_by_role("button", name="Notify me on this device").click()
    expect(page.get_by_text("push service of this browser cannot be reached")).to_be_visible()

    assert post_as_the_script_does(page, service.subscription) == 200
    address = Address.objects.visible_to(SYSTEM).get()
    assert (address.person_id, address.label) == (chen.id, "Chrome on Linux")
    page.reload()
    shown = page.locator("[data-push-device]")
    expect(shown).to_contain_text("Chrome on Linux")
    digest = hashlib.sha256(address.value.encode()).hexdigest()
    assert shown.get_attribute("data-push-device") == digest
    for scheme in ("light", "dark"):
        page.emulate_media(color_scheme=scheme, reduced_motion="reduce")  # type: ignore[arg-type]
        assert [v["id"] for v in Axe().run(page).response["violations"]] == []

    page.get_by_role("button", name="Send a test").click()
    expect(page.get_by_text("A test is on its way")).to_be_visible()
    row = Delivery.objects.visible_to(SYSTEM).get(kind="test")
    deliver_due(row.created_at)
    assert Delivery.objects.visible_to(SYSTEM).get(id=row.id).state == "delivered"
    (read,) = service.read
    assert read["title"] == "Notifications work on this device"
    assert read["url"] == reverse("delivery:preferences")

    page.get_by_role("button", name="Remove").click()
    expect(page.get_by_text("No device of yours shows notifications")).to_be_visible()
    assert not Address.objects.visible_to(SYSTEM).exists()


def test_an_address_that_is_no_push_service_is_refused(
    chen: User, service: Service, client: Client
) -> None:
    client.force_login(chen)
    url = reverse("delivery:subscribe")
    near = service.subscription | {"endpoint": service.origin.replace("http:", "https:") + PATH}
    for fields in (near, {}, service.subscription | {"endpoint": "http://127.0.0.1:1/"}):
        answer = client.post(url, fields, headers={"Accept": "application/json"})
        assert (answer.status_code, answer.json()["code"]) == (400, "delivery.bad_subscription")
    assert client.post(reverse("delivery:send_test"), follow=True).status_code == 200
    assert not Delivery.objects.visible_to(SYSTEM).exists()
