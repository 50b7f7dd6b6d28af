"""What people do on the pages of the hotel story, in their own words."""

from __future__ import annotations

import re

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Locator, Page, expect

PROMPT = re.compile(r"\$\s*$")


def terminal(page: Page) -> Locator:
    """Return the rows of the terminal as text."""
    return page.locator("#terminal .shell:not([hidden]) .xterm-rows")


def type_line(page: Page, line: str) -> None:
    """Type a line into the terminal and press Enter."""
    page.locator("#terminal").click()
    page.keyboard.type(line + "\n")


def expect_output(page: Page, words: str, seconds: float = 60) -> None:
    """Wait until the terminal shows the words."""
    expect(terminal(page)).to_contain_text(words, timeout=seconds * 1000)


def open_case(page: Page, subject: str) -> None:
    """Open a case from the queue."""
    page.locator("a.row-link", has_text=subject).first.click()
    page.wait_for_url("**/cases/**")


def connect(page: Page) -> None:
    """Press Connect and wait for the prompt."""
    page.locator("[data-connect]").first.click()
    page.wait_for_url("**/sessions/**")
    expect(terminal(page)).to_contain_text("$")


def violations(page: Page) -> list[str]:
    """Return what axe finds on the page, one line each."""
    found = Axe().run(page).response["violations"]
    return [f"{v['id']}: {node['target']}" for v in found for node in v["nodes"]]


def expect_accessible(page: Page) -> None:
    """Assert that axe finds nothing, in light and in dark."""
    for scheme in ("light", "dark"):
        page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
        found = [f"{page.url} in {scheme}: {each}" for each in violations(page)]
        assert found == [], "\n".join(found)
    page.emulate_media(color_scheme="light")
