"""Sign-in as a person does it: a real browser, a virtual security key, a real code."""

import base64
import hashlib
import hmac
import struct
import time
from collections.abc import Iterator

import pytest
from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import TOTP
from allauth.usersessions.models import UserSession
from axe_playwright_python.sync_playwright import Axe
from django.core.cache import cache
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from playwright.sync_api import Browser, Page, expect, sync_playwright
from pytest_django import Settings
from pytest_django.live_server_helper import LiveServer

from reachback.people.models import Organisation, RoleAssignment, User

PASSWORD = "correct horse battery"
expect.set_options(timeout=60_000)  # a bound for a loaded machine, not a bar


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    # Playwright runs a loop in this thread, and the database is emptied between tests in it too.
    with pytest.MonkeyPatch.context() as patch, sync_playwright() as playwright:
        patch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "1")
        chromium = playwright.chromium.launch(
            executable_path="/usr/bin/chromium", args=["--no-sandbox"]
        )
        yield chromium
        chromium.close()


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    context = browser.new_context(reduced_motion="reduce")
    context.set_default_timeout(60_000)
    yield context.new_page()
    context.close()


@pytest.fixture
def site(
    browser: Browser,
    transactional_db: None,
    live_server: LiveServer,
    settings: Settings,
) -> str:
    """Chen Wei of Lotus Hotels with a password; the address pages are served at."""
    settings.MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = True  # http on localhost
    cache.clear()
    lotus = Organisation.objects.create(kind="customer", name="Lotus Hotels", slug="lotus")
    chen = User.objects.create_user(
        "chen@example.com", PASSWORD, name="Chen Wei", organisation=lotus
    )
    RoleAssignment.objects.create(user=chen, role="customer-administrator")
    EmailAddress.objects.create(user=chen, email=chen.email, verified=True, primary=True)
    return live_server.url.replace("127.0.0.1", "localhost")


def sign_in(page: Page, site: str, path: str = "/people/me/") -> None:
    page.goto(f"{site}/accounts/login/?next={path}")
    page.get_by_label("Email").fill("chen@example.com")
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in", exact=True).click()


def sign_out(page: Page, site: str) -> None:
    page.goto(f"{site}/accounts/logout/")
    page.locator("main").get_by_role("button", name="Sign out").click()


def code(secret: str, at: float) -> str:
    """RFC 6238 with the usual numbers, written apart from the library that checks it."""
    counter = struct.pack(">Q", int(at) // 30)
    digest = hmac.new(base64.b32decode(secret), counter, hashlib.sha1).digest()
    start = digest[-1] & 15
    number = struct.unpack(">I", digest[start : start + 4])[0] & 0x7FFFFFFF
    return f"{number % 1_000_000:06d}"


def test_a_passkey_is_added_and_then_signs_in_without_the_password(page: Page, site: str) -> None:
    devtools = page.context.new_cdp_session(page)
    devtools.send("WebAuthn.enable")
    devtools.send(
        "WebAuthn.addVirtualAuthenticator",
        {
            "options": {
                "protocol": "ctap2",
                "transport": "internal",
                "hasResidentKey": True,
                "hasUserVerification": True,
                "isUserVerified": True,
                "automaticPresenceSimulation": True,
            }
        },
    )
    sign_in(page, site, "/accounts/2fa/")
    page.get_by_role("link", name="Add a passkey").click()
    page.get_by_label("Name").fill("Laptop")
    page.get_by_label("Passwordless").check()
    page.get_by_role("button", name="Add").click()
    expect(page.get_by_role("heading", name="Recovery codes")).to_be_visible()
    sign_out(page, site)

    page.goto(f"{site}/accounts/login/?next=/people/me/")
    page.get_by_role("button", name="Sign in with a passkey").click()
    expect(page.get_by_role("heading", name="Your settings")).to_be_visible()
    assert Authenticator.objects.filter(type="webauthn").count() == 1


def test_an_authenticator_app_is_set_up_and_then_asked_for(page: Page, site: str) -> None:
    sign_in(page, site, "/accounts/2fa/totp/activate/")
    secret = page.get_by_label("Authenticator secret").input_value()
    page.get_by_label("Authenticator code").fill(code(secret, time.time()))
    page.get_by_role("button", name="Activate").click()
    expect(page.get_by_role("heading", name="Recovery codes").first).to_be_visible()
    sign_out(page, site)
    cache.clear()  # the code of this half minute counts as used

    sign_in(page, site)
    page.get_by_label("Code").fill("000000")
    page.get_by_role("button", name="Sign in").first.click()
    expect(page.get_by_text("Incorrect code")).to_be_visible()
    page.get_by_label("Code").fill(code(secret, time.time()))
    page.get_by_role("button", name="Sign in").first.click()
    expect(page.get_by_role("heading", name="Your settings")).to_be_visible()


def test_a_code_typed_as_its_half_minute_ends_is_still_taken(
    db: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    cache.clear()
    lotus = Organisation.objects.create(kind="customer", name="Lotus Hotels", slug="lotus")
    chen = User.objects.create_user("chen@example.com", PASSWORD, name="Chen", organisation=lotus)
    secret = base64.b32encode(b"twenty bytes of seed").decode()
    app = TOTP.activate(chen, secret)
    now = int(time.time()) // 30 * 30 + 15
    monkeypatch.setattr(time, "time", lambda: now)
    assert not app.validate_code(code(secret, now - 60))
    assert app.validate_code(code(secret, now - 30))
    assert not app.validate_code(code(secret, now - 30)), "a code is good for one sign-in"


def test_sign_in_pages_have_no_accessibility_violation(page: Page, site: str) -> None:
    found = {}
    page.goto(f"{site}/accounts/login/")
    found["login"] = Axe().run(page).response["violations"]
    sign_in(page, site)
    for path in ("/people/me/", "/accounts/2fa/", "/accounts/password/change/"):
        page.goto(site + path)
        found[path] = Axe().run(page).response["violations"]
    assert {path: v for path, v in found.items() if v} == {}


def test_where_somebody_is_signed_in_is_noted_once_a_minute(db: None) -> None:
    cache.clear()
    lotus = Organisation.objects.create(kind="customer", name="Lotus Hotels", slug="lotus")
    chen = User.objects.create_user("chen@example.com", PASSWORD, name="Chen", organisation=lotus)
    client = Client()
    client.force_login(chen)

    def writes(agent: str) -> int:
        with CaptureQueriesContext(connection) as seen:
            assert client.get("/people/me/", headers={"user-agent": agent}).status_code == 200
        return sum('"usersessions_usersession"' in query["sql"] for query in seen.captured_queries)

    assert writes("Firefox") > 0
    assert writes("Firefox") == 0
    assert writes("a thief's") > 0, "another browser with the same session is noted at once"
    assert UserSession.objects.get(user=chen).user_agent == "a thief's"


def test_a_wrong_password_says_so_and_many_are_stopped(db: None) -> None:
    cache.clear()
    client = Client()
    url = reverse("account_login")
    answers = [client.post(url, {"login": "chen@example.com", "password": "no"}) for _ in range(12)]
    assert "not correct" in answers[0].content.decode()
    assert "Too many failed login attempts" in answers[-1].content.decode()


def test_nobody_signs_up_by_themselves(db: None) -> None:
    answer = Client().post(
        reverse("account_signup"), {"email": "new@example.com", "password1": PASSWORD}
    )
    assert not User.objects.filter(email="new@example.com").exists()
    assert "Sign Up Closed" in answer.content.decode()


def test_an_unknown_address_gets_the_same_answer_as_a_known_one(
    db: None, settings: Settings
) -> None:
    cache.clear()
    answer = Client().post(reverse("account_reset_password"), {"email": "who@example.com"})
    assert answer.status_code == 302
    assert answer.headers["Location"] == reverse("account_reset_password_done")
