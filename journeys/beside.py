"""What people do with a web page that opens through a device, and with the command beside it."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager

from playwright.sync_api import BrowserContext, Locator, Page, expect

from journeys.demo import Demo
from journeys.pages import open_case

COMMAND = [sys.executable, "-m", "reachback.config.cli", "tunnel"]


def to_the_targets(demo: Demo, page: Page, subject: str) -> Locator:
    """Go to the targets of the case's device; return the one there is."""
    page.goto(demo.url("tech", "/queue/"))
    open_case(page, subject)
    page.get_by_role("link", name="Open a page…").first.click()
    page.wait_for_url("**/pages/**")
    found = page.locator("section.card")
    expect(found).to_have_count(1)
    return found


def open_page(context: BrowserContext, page: Page) -> Page:
    """Press Open page; return the new tab, at an origin of its own."""
    with context.expect_page() as opened:
        page.get_by_role("button", name="Open page").click()
    tab = opened.value
    expect(tab.locator("h1")).not_to_have_text("Opening the page")
    page.wait_for_url("**/sessions/**")
    return tab


@contextmanager
def tunnel(demo: Demo, page: Page, target: str) -> Iterator[int]:
    """Run `reachback tunnel` as its technician does; yield the local port it listens on."""
    device = re.search(r"/devices/[0-9a-f-]{36}/", page.content())
    assert device is not None
    address = demo.url("tech", device[0])
    command = subprocess.Popen(
        [*COMMAND, address, f"0:{target}"],
        env=demo.environment or dict(os.environ),
        stdin=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert command.stdin is not None
    assert command.stderr is not None
    try:
        line = _line(command, "/tunnel?")
        page.goto(line.strip())
        page.get_by_role("button", name="Open the tunnel").click()
        answer = page.locator("#tunnel-answer").input_value()
        command.stdin.write(answer + "\n")
        command.stdin.flush()
        said = _line(command, "Listening on")
        yield int(said.partition("127.0.0.1:")[2].partition(",")[0])
    finally:
        command.terminate()
        command.wait(60)
        command.stdin.close()
        command.stderr.close()


def _line(command: subprocess.Popen[str], words: str) -> str:
    """The first line of what the command says that holds these words."""
    assert command.stderr is not None
    heard = []
    for line in command.stderr:
        if words in line:
            return line
        heard.append(line)
    raise AssertionError("".join(heard))


def fetched(port: int, path: str) -> str:
    """What a local program gets through the tunnel."""
    with urllib.request.urlopen(f"http://127.0.0.1:{port}{path}", timeout=60) as answer:
        text: str = answer.read().decode()
    return text
