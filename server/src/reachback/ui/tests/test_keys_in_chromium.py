"""Keys in a real browser: what focus does after a dialog decides whether the next key is heard."""

from collections.abc import Iterator

import pytest
from django.conf import settings
from django.test import Client
from playwright.sync_api import Page, expect, sync_playwright
from pytest_django.live_server_helper import LiveServer

from reachback.people.models import Organisation, RoleAssignment, User

expect.set_options(timeout=60_000)  # a bound for a loaded machine, not a bar


@pytest.fixture
def page(transactional_db: None, live_server: LiveServer) -> Iterator[Page]:
    """The queue, signed in as a technician."""
    provider = Organisation.objects.create(kind="provider", name="Northstar", slug="northstar")
    person = User.objects.create_user("t@example.com", name="Tomás", organisation=provider)
    RoleAssignment.objects.create(user=person, role="technician")
    client = Client()
    client.force_login(person)
    cookie = client.cookies[settings.SESSION_COOKIE_NAME]
    with pytest.MonkeyPatch.context() as patch, sync_playwright() as playwright:
        patch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "1")
        chromium = playwright.chromium.launch(
            executable_path="/usr/bin/chromium", args=["--no-sandbox"]
        )
        context = chromium.new_context(reduced_motion="reduce")
        context.set_default_timeout(60_000)
        context.add_cookies([{"name": cookie.key, "value": cookie.value, "url": live_server.url}])
        opened = context.new_page()
        opened.goto(f"{live_server.url}/queue/")
        yield opened
        chromium.close()


def test_the_sheet_opens_right_after_the_palette_was_left(page: Page) -> None:
    sheet, palette = page.locator("#keys-sheet"), page.locator("#palette")
    for typed in ("", "dev"):
        page.keyboard.press("Control+k")
        expect(palette).to_be_visible()
        page.keyboard.type(typed)
        page.keyboard.press("Escape")
        page.keyboard.press("?")
        expect(palette).to_be_hidden()
        expect(sheet).to_be_visible()
        page.keyboard.press("Escape")
        expect(sheet).to_be_hidden()


def test_the_sheet_opens_within_the_frame_in_which_the_palette_closed(page: Page) -> None:
    page.keyboard.press("Control+k")
    page.keyboard.type("dev")
    # Chromium leaves the focus in the closed dialog until its next frame: both keys before it.
    page.evaluate(
        """for (const key of ["Escape", "?"]) document.activeElement.dispatchEvent(
            new KeyboardEvent("keydown", {key, bubbles: true, cancelable: true}))"""
    )
    expect(page.locator("#keys-sheet")).to_be_visible()


def test_the_sheet_opens_when_the_palette_was_opened_from_a_field(page: Page) -> None:
    page.evaluate("document.querySelector('main').insertAdjacentHTML('afterbegin', '<input id=f>')")
    page.locator("#f").focus()
    page.keyboard.press("Control+k")
    page.keyboard.type("dev")
    page.keyboard.press("Escape")
    # Back in the field: a question mark is a letter there, and nothing else.
    page.keyboard.press("?")
    expect(page.locator("#keys-sheet")).to_be_hidden()
    expect(page.locator("#f")).to_have_value("?")
