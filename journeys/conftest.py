"""Fixtures of the journeys: a browser, a running demo on either database, axe, screenshots."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from checks.components import COMPONENTS
from playwright.sync_api import Browser, BrowserContext, Page, expect, sync_playwright

from journeys.demo import Demo, of_its_own

ARTIFACTS = Path(__file__).parent / "artifacts"
ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Debian's Chromium, driven by Playwright.

    Playwright keeps a loop running in this thread; it ends with the module, because the tests of
    another one have a loop of their own.
    """
    path = next(c for c in COMPONENTS if c.name == "Chromium").path()
    assert path is not None, "Chromium is missing: apt-get install chromium"
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=path, args=ARGUMENTS)
        yield chromium
        chromium.close()


@pytest.fixture
def context(browser: Browser) -> Iterator[BrowserContext]:
    """One browser profile: the hosts keep separate sign-ins within it."""
    profile = browser.new_context(viewport={"width": 1440, "height": 900}, locale="en-GB")
    profile.set_default_timeout(60_000)
    yield profile
    profile.close()


# A bound for a loaded machine, not a measurement: whole programs start behind these pages.
expect.set_options(timeout=60_000)
DATABASES = ["sqlite", "postgres"]


@pytest.fixture(scope="module", params=DATABASES)
def demo(request: pytest.FixtureRequest) -> Iterator[Demo]:
    """The hotel, running; on SQLite and on PostgreSQL."""
    url = ""
    if request.param == "postgres":
        url = os.environ.get("REACHBACK_JOURNEY_POSTGRES", "")
        assert url, "set REACHBACK_JOURNEY_POSTGRES, or run `make journeys`, which starts a cluster"
    with of_its_own(url) as started:
        yield started


@pytest.fixture(scope="module")
def hotel() -> Iterator[Demo]:
    """The hotel, running on SQLite, for a journey that is not about the database."""
    with of_its_own() as started:
        yield started


@pytest.fixture(scope="module")
def people(browser: Browser) -> Iterator[BrowserContext]:
    """One browser in which everybody of a module's story is signed in at once.

    Its pages end with it: closing one by itself, just after a click that navigates, can wait
    for Chromium for ever.
    """
    profile = browser.new_context(
        viewport={"width": 1440, "height": 900}, locale="en-GB", accept_downloads=True
    )
    profile.set_default_timeout(60_000)
    yield profile
    profile.close()


def enter(context: BrowserContext, demo: Demo, host: str) -> Page:
    """Sign in on a host with one click and return the page."""
    page = context.new_page()
    page.goto(demo.url(host, "/demo/enter/"))
    return page


def look(page: Page, name: str) -> None:
    """Keep a screenshot for somebody to look at."""
    ARTIFACTS.mkdir(exist_ok=True)
    page.screenshot(path=ARTIFACTS / f"{name}.png", full_page=False)
