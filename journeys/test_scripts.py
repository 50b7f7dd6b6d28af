"""A script from the library, run on the hotel's machine, and its result found on the case."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from journeys.conftest import enter, look
from journeys.demo import Demo, folder_for_two, running
from journeys.pages import expect_accessible, open_case

pytestmark = pytest.mark.journey
SUBJECT = "guest registration failed on lijiang-frontdesk"


@pytest.fixture(scope="module")
def demo() -> Iterator[Demo]:
    """The hotel, running, on SQLite; PostgreSQL is the hotel story's."""
    # PORT:FOLDER of a demo that runs already, while a journey is being written
    if running_already := os.environ.get("REACHBACK_JOURNEY_DEMO"):
        port, _, place = running_already.partition(":")
        yield Demo(int(port), Path(place), dict(os.environ))
        return
    with folder_for_two() as folder, running(folder / "demo") as started:
        yield started


@pytest.fixture(scope="module")
def people(browser: Browser, demo: Demo) -> Iterator[BrowserContext]:
    """One browser in which both are signed in at once."""
    profile = browser.new_context(viewport={"width": 1440, "height": 900}, locale="en-GB")
    profile.set_default_timeout(30_000)
    yield profile
    profile.close()


@pytest.fixture(scope="module")
def tomas(people: BrowserContext, demo: Demo) -> Page:
    """The technician, with the hotel's case open before him."""
    demo.say("break")
    page = enter(people, demo, "tech")
    page.goto(demo.url("tech", "/queue/"))
    expect(page.locator("a.row-link", has_text=SUBJECT).first).to_be_visible(timeout=60_000)
    open_case(page, SUBJECT)
    return page


def test_the_library_says_what_the_customer_signed(demo: Demo, tomas: Page) -> None:
    case = tomas.url
    tomas.goto(demo.url("tech", "/scripts/"))
    expect(tomas.locator("ul.rows > li")).to_have_count(4)
    expect_accessible(tomas)
    tomas.get_by_role("link", name="Collect diagnostics").click()
    expect(tomas.locator(".fingerprint")).to_contain_text("sha256:")
    expect_accessible(tomas)
    tomas.keyboard.press("e")
    expect(tomas.get_by_label("What is new")).to_be_visible()
    expect_accessible(tomas)
    tomas.goto(case)


def test_a_script_the_contract_does_not_name_says_what_has_to_be_signed(tomas: Page) -> None:
    case = tomas.url
    tomas.get_by_role("link", name="Run a script…").first.click()
    expect(tomas.locator("h2", has_text="Allowed by the contract")).to_be_visible()
    expect_accessible(tomas)
    tomas.get_by_role("link", name="Empty the package cache").click()
    expect(tomas.locator("#main")).to_contain_text("What the customer has to sign")
    expect(tomas.locator(".script-clause")).to_contain_text('name = "exec", scripts = ["sha256:')
    expect(tomas.get_by_role("button", name="Run")).to_have_count(0)
    expect_accessible(tomas)
    tomas.goto(case)


def test_a_wrong_answer_is_said_beside_its_question(tomas: Page) -> None:
    tomas.get_by_role("link", name="Run a script…").first.click()
    tomas.get_by_role("link", name="Collect diagnostics").click()
    tomas.get_by_label("How many lines").fill("a few")
    tomas.get_by_role("button", name="Run").click()
    expect(tomas.locator(".field[data-invalid]")).to_contain_text("whole number")
    expect(tomas.get_by_label("How many lines")).to_have_value("a few")
    expect_accessible(tomas)


def test_a_run_shows_its_output_and_is_kept_on_the_case(tomas: Page) -> None:
    tomas.get_by_label("How many lines").fill("5")
    tomas.get_by_role("button", name="Run").click()
    tomas.wait_for_url("**/sessions/**")
    result = tomas.locator("[data-run-result]")
    expect(result).to_be_visible(timeout=60_000)
    expect(result).to_contain_text("It ended by itself.")
    expect(tomas.locator("[data-run-output]")).to_contain_text("the file against its backup")
    expect(tomas.locator("[data-run-output]")).to_contain_text("identity-card")
    expect_accessible(tomas)
    look(tomas, "script-live")
    result.get_by_role("link", name="The run on record").click()
    expect(tomas.locator(".run-output")).to_contain_text("the file against its backup")
    expect(tomas.locator("aside")).to_contain_text("lines")
    expect_accessible(tomas)
    look(tomas, "script-record")
    tomas.get_by_role("link", name=re.compile("case")).first.click()
    entry = tomas.locator(".timeline")
    expect(entry).to_contain_text("ran “Collect diagnostics”, version 1", timeout=60_000)
    expect(entry).to_contain_text("ended with exit status 0")


def test_the_hotel_reads_the_run_and_its_verdict(
    people: BrowserContext, demo: Demo, tomas: Page
) -> None:
    chen = enter(people, demo, "hotel")
    chen.goto(demo.url("hotel", "/portal/sessions/"))
    chen.locator("a[href*='/recordings/']").first.click()
    expect(chen.locator(".verdict")).to_contain_text("omplete and unaltered")
    chen.close()
