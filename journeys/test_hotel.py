"""The hotel story, whole: alert, case, contract, shell, cut cable, repair, proof, revocation,
report.

The tests run in the order they are written; each is a chapter and goes on where the last one ended.
"""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from journeys.conftest import enter, look
from journeys.demo import Demo, wait_for
from journeys.pages import (
    connect,
    expect_accessible,
    expect_output,
    open_case,
    terminal,
    type_line,
)

pytestmark = pytest.mark.journey
SUBJECT = "guest registration failed on lijiang-frontdesk"
VERIFY = [sys.executable, "-m", "reachback.config.cli", "verify"]


@pytest.fixture(scope="module")
def maya(people: BrowserContext, demo: Demo) -> Page:
    """The operations manager."""
    return enter(people, demo, "ops")


@pytest.fixture(scope="module")
def tomas(people: BrowserContext, demo: Demo) -> Page:
    """The technician."""
    return enter(people, demo, "tech")


@pytest.fixture(scope="module")
def chen(people: BrowserContext, demo: Demo) -> Page:
    """The hotel's administrator."""
    return enter(people, demo, "hotel")


def test_the_alert_becomes_a_case_on_top_of_the_queue(
    people: BrowserContext, demo: Demo, maya: Page
) -> None:
    expect(maya.locator("#live-dot[data-state=live]")).to_be_visible()
    expect_accessible(maya)
    first = people.new_page()
    first.goto(demo.url("", "/"))
    expect_accessible(first)
    first.get_by_role("button", name="Break the hotel").first.click()
    row = maya.locator("ol.rows > li.row").first
    expect(row).to_contain_text(SUBJECT)
    assert "(!)" in maya.title()
    look(maya, "queue")


def test_one_key_dispatches_it(maya: Page) -> None:
    maya.bring_to_front()
    maya.keyboard.press("j")
    maya.keyboard.press("d")
    expect(maya.locator("#toasts")).to_contain_text("Remote team")


def test_the_technician_connects_and_the_hotel_watches(
    demo: Demo, tomas: Page, chen: Page, people: BrowserContext
) -> None:
    tomas.goto(demo.url("tech", "/queue/"))
    open_case(tomas, SUBJECT)
    expect(tomas.locator("body")).to_contain_text("What changed since it was last good")
    expect(tomas.locator("body")).to_contain_text("You may open a shell as")
    expect_accessible(tomas)
    look(tomas, "case")
    connect(tomas)
    type_line(tomas, "cat guest-registration.conf")
    expect_output(tomas, "identity-card ＝ “required”")  # noqa: RUF001 - as the desk saved it
    chen.goto(demo.url("hotel", "/"))
    expect(chen.locator("body")).to_contain_text("is on lijiang-frontdesk now")
    expect_accessible(chen)
    chen.get_by_role("link", name="Watch").click()
    expect_output(chen, "identity-card")
    look(chen, "watching")


def test_a_cut_cable_loses_nothing(demo: Demo, tomas: Page, chen: Page) -> None:
    tomas.bring_to_front()
    type_line(tomas, "cp guest-registration.conf.backup guest-registration.conf")
    demo.say("cut", "8")
    expect(tomas.locator(".session")).to_have_attribute("data-link", "lost")
    type_line(tomas, "echo typed-while-the-cable-was-cut")
    look(tomas, "cut")
    expect(tomas.locator("[data-session-state]")).to_contain_text("0 bytes lost")
    expect_output(tomas, "typed-while-the-cable-was-cut")
    rows = terminal(tomas).inner_text()
    assert rows.count("typed-while-the-cable-was-cut") == 2  # typed once, echoed once
    expect_output(chen, "typed-while-the-cable-was-cut")


def test_a_line_that_falls_silent_is_noticed_at_both_ends_and_loses_nothing(
    demo: Demo, tomas: Page
) -> None:
    """Nothing is closed: each end finds out by itself within 15 s, and no sooner line comes."""
    tomas.bring_to_front()
    demo.silence(24)
    type_line(tomas, "echo typed-into-silence-$((40+2))")
    expect(tomas.locator(".session")).to_have_attribute("data-link", "lost", timeout=60_000)
    expect_output(tomas, "typed-into-silence-42", seconds=120)
    assert terminal(tomas).inner_text().count("typed-into-silence-42") == 1
    log = demo.data / "demo.log"
    for words, end in (('"reason":"silent"', "front"), ("has fallen silent", "connector")):
        wait_for(lambda words=words: words in log.read_text("utf-8"), f"the {end} did not notice")


def test_a_second_shell_in_a_tab_goes_its_own_way(tomas: Page) -> None:
    tomas.bring_to_front()
    tomas.keyboard.press("Control+Shift+Enter")
    tabs = tomas.locator("[data-shell-tabs] .shell-tab")
    expect(tabs).to_have_count(2)
    expect(terminal(tomas)).to_contain_text("$")
    type_line(tomas, "echo in-the-second-$((40+2))")
    expect_output(tomas, "in-the-second-42")
    tomas.keyboard.press("Control+Shift+1")
    expect_output(tomas, "typed-while-the-cable-was-cut")
    expect(terminal(tomas)).not_to_contain_text("in-the-second")
    tomas.reload()
    expect(tabs).to_have_count(2)
    tabs.nth(1).get_by_role("button", name="Shell 2", exact=True).click()
    expect_output(tomas, "in-the-second-42")
    look(tomas, "tabs")
    tomas.get_by_role("button", name="Close shell 2").click()
    tomas.get_by_role("button", name="Close it").click()
    expect(tomas.locator("[data-shell-tabs]")).to_be_hidden()
    expect_output(tomas, "typed-while-the-cable-was-cut")


def test_the_repair_recovers_the_check_and_the_case_is_resolved(
    demo: Demo, tomas: Page, maya: Page
) -> None:
    type_line(tomas, "./guest-registration restart")
    wait_for(lambda: demo.state().get("health") == "ok", "the check did not recover")
    type_line(tomas, "exit")
    expect(tomas.locator(".session")).to_have_attribute("data-link", "ended")
    tomas.goto(demo.url("tech", "/queue/"))
    open_case(tomas, SUBJECT)
    expect(tomas.locator("body")).to_contain_text("has recovered")
    expect(tomas.locator(".timeline")).to_contain_text("Entered: cat guest-registration.conf")
    tomas.keyboard.press("e")
    tomas.get_by_label("Cause").fill("The file was saved by a word processor")
    tomas.get_by_label("What was done").fill("Restored the backup and restarted the service")
    tomas.get_by_label("What this avoided").select_option("truck_roll")
    tomas.get_by_label("Its cost").fill("420")
    tomas.get_by_label("Where the cost comes from").fill("Northstar price list 2026")
    tomas.get_by_role("button", name="Resolve", exact=True).last.click()
    expect(tomas.locator(".case-head")).to_contain_text("Resolved")
    look(tomas, "resolved")


def _export(chen: Page, demo: Demo, folder: Path) -> Path:
    """Download the newest recording as the hotel's administrator."""
    chen.goto(demo.url("hotel", "/portal/sessions/"))
    chen.locator("a[href*='/recordings/']").first.click()
    chen.wait_for_url("**/recordings/**")
    with chen.expect_download() as download:
        chen.locator("a[href$='/export']").first.click()
    file = folder / "session.rbx"
    download.value.save_as(file)
    return file


def _verify(demo: Demo, file: Path) -> subprocess.CompletedProcess[str]:
    """Verify a file with the customer's own trust, offline."""
    trust = demo.data / "lotus-hotels" / "trust.json"
    return subprocess.run(
        [*VERIFY, str(file), "--trust", str(trust)], capture_output=True, text=True, check=False
    )


def test_the_hotel_replays_and_verifies_and_finds_one_altered_byte(
    demo: Demo, chen: Page, tmp_path: Path
) -> None:
    file = _export(chen, demo, tmp_path)
    expect(chen.locator(".verdict")).to_contain_text("omplete and unaltered")
    expect(chen.locator("#replay .ap-player")).to_be_visible()
    expect_accessible(chen)
    look(chen, "replay")
    good = _verify(demo, file)
    assert good.returncode == 0, good.stdout + good.stderr
    content = bytearray(file.read_bytes())
    at = bytes(content).index(b"typed-while-the-cable-was-cut")
    content[at] ^= 1
    file.write_bytes(bytes(content))
    altered = _verify(demo, file)
    assert altered.returncode == 1
    assert "hunk" in altered.stdout, altered.stdout


def test_the_device_refuses_a_dishonest_server(people: BrowserContext, demo: Demo) -> None:
    page = people.new_page()
    page.goto(demo.url("", "/demo/"))
    page.get_by_role("button", name="Act as a dishonest server").first.click()
    expect(page.locator(".verdict")).to_contain_text("Refused")
    expect(page.locator("[data-answer]")).to_have_count(3)
    look(page, "dishonest")


def test_the_report_shows_a_truck_roll_avoided(demo: Demo, chen: Page, maya: Page) -> None:
    chen.goto(demo.url("hotel", "/portal/reports/"))
    expect(chen.locator("body")).to_contain_text("420")
    expect(chen.locator("body")).to_contain_text("Tomás Rivera")
    maya.goto(demo.url("ops", "/reports/"))
    expect_accessible(maya)
    look(maya, "report")


def test_a_shell_survives_twenty_cuts_and_three_kills(demo: Demo, tomas: Page) -> None:
    demo.say("break")
    tomas.goto(demo.url("tech", "/queue/"))
    expect(tomas.locator("a.row-link", has_text=SUBJECT).first).to_be_visible()
    open_case(tomas, SUBJECT)
    connect(tomas)
    demo.snip([3001 + 977 * n for n in range(20)])
    type_line(tomas, "n=0; while [ $n -lt 9000 ]; do n=$((n+1)); echo line-$n; done; echo all-$n")
    expect_output(tomas, "all-9000", 150)
    shown = [r for r in terminal(tomas).inner_text().split() if r.startswith("line-")]
    numbers = [int(word.removeprefix("line-")) for word in shown if word[5:].isdigit()]
    assert numbers == list(range(numbers[0], 9001))
    type_line(tomas, "KEPT=still-here")
    for program in ("hotel", "front", "web"):
        old = demo.kill(program)
        demo.wait_restarted(program, old)
        type_line(tomas, f"echo $KEPT-after-{program}")
        expect_output(tomas, f"still-here-after-{program}", 90)
    wait_for(lambda: demo.state().get("device") == "ready", "web did not come back")
    look(tomas, "after-kills")


def test_revoke_cuts_the_live_session_and_refuses_the_next(
    demo: Demo, tomas: Page, chen: Page
) -> None:
    chen.goto(demo.url("hotel", "/portal/contract/"))
    expect_accessible(chen)
    chen.get_by_label("I mean it").check()
    chen.get_by_role("button", name="Revoke all access").click()
    expect(tomas.locator(".session")).to_have_attribute("data-link", "ended")
    look(tomas, "revoked")
    tomas.goto(demo.url("tech", "/queue/"))
    open_case(tomas, SUBJECT)
    expect(tomas.locator("body")).to_contain_text("may not")
    button = tomas.locator("[data-connect]")
    if button.count():
        button.first.click()
        expect(tomas.locator("[data-connect-answer]")).to_contain_text("evoked")
    look(chen, "revoked-contract")


def test_every_recording_of_the_story_verifies(demo: Demo, chen: Page, tmp_path: Path) -> None:
    chen.goto(demo.url("hotel", "/portal/sessions/"))
    expect(chen.locator("a[href*='/recordings/']").first).to_be_visible()
    done = _verify(demo, _export(chen, demo, tmp_path))
    assert done.returncode == 0, done.stdout + done.stderr
