"""A script from the library, run on the hotel's machine, and its result found on the case."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from journeys import approving, beside
from journeys.conftest import enter, look
from journeys.demo import Demo
from journeys.pages import connect, expect_accessible, expect_output, open_case, terminal, type_line
from journeys.strict_proxy import strict_proxy
from reachback.config.demo.customer import Customer
from reachback.config.demo.places import Places
from reachback_wire.documents import Clause, Contract, seal

pytestmark = pytest.mark.journey
READER = "Identity-card reader"
NAME = "Wait for the night audit"
SUBJECT = "guest registration failed on lijiang-frontdesk"


@pytest.fixture(scope="module")
def tomas(people: BrowserContext, hotel: Demo) -> Page:
    """The technician, with the hotel's case open before him."""
    hotel.say("break")
    page = enter(people, hotel, "tech")
    page.goto(hotel.url("tech", "/queue/"))
    expect(page.locator("a.row-link", has_text=SUBJECT).first).to_be_visible(timeout=60_000)
    open_case(page, SUBJECT)
    return page


def test_the_library_says_what_the_customer_signed(hotel: Demo, tomas: Page) -> None:
    case = tomas.url
    tomas.goto(hotel.url("tech", "/scripts/"))
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
    people: BrowserContext, hotel: Demo, tomas: Page
) -> None:
    chen = enter(people, hotel, "hotel")
    chen.goto(hotel.url("hotel", "/portal/sessions/"))
    chen.locator("a[href*='/recordings/']").first.click()
    expect(chen.locator(".verdict")).to_contain_text("omplete and unaltered")


def test_a_recipe_installs_what_is_absent_and_verifies_it(hotel: Demo, tomas: Page) -> None:
    """Three steps, three grants: the page goes on by itself, and the case keeps one entry."""
    tomas.goto(hotel.url("tech", "/recipes/"))
    expect(tomas.locator("ul.rows > li")).to_have_count(1)
    expect_accessible(tomas)
    tomas.get_by_role("link", name=READER).click()
    expect(tomas.locator(".script-clause")).to_contain_text("sha256:")
    expect_accessible(tomas)
    _to_the_recipe(hotel, tomas)
    expect_accessible(tomas)
    look(tomas, "recipe-form")
    tomas.get_by_role("button", name="Check, then install").click()
    tomas.wait_for_url("**/sessions/**")
    look(tomas, "recipe-step")
    words = "lotus-idcard 1.4.2 was absent; installed; verified."
    expect(tomas.locator("#recipe-run")).to_contain_text(words, timeout=180_000)
    expect(tomas.locator(".recipe-steps li[data-tone=green]")).to_have_count(3)
    expect(tomas.locator("#recipe-run")).to_contain_text("Successfully installed lotus-idcard")
    expect_accessible(tomas)
    look(tomas, "recipe-done")
    tomas.get_by_role("link", name=re.compile("case")).first.click()
    entry = tomas.locator(".timeline")
    expect(entry).to_contain_text(words, timeout=60_000)
    expect(entry.get_by_text("Identity-card reader: apply")).to_have_count(0)


def test_what_is_there_already_is_only_verified(hotel: Demo, tomas: Page) -> None:
    _to_the_recipe(hotel, tomas)
    tomas.get_by_role("button", name="Check, then install").click()
    words = "lotus-idcard 1.4.2 was there already; verified."
    expect(tomas.locator("#recipe-run")).to_contain_text(words, timeout=120_000)
    expect(tomas.locator(".recipe-steps")).to_contain_text("not needed")


LONG = "".join(
    [
        "#!/bin/sh\n",
        *(f"# {n:04}: what the night audit waits for, written at length\n" for n in range(700)),
        "trap 'echo asked to end; exit 3' TERM\n",
        "echo the last line of the text has come\n",
        "sleep 600 &\n",
        "wait\n",
    ]
)
"""More than 32 KiB, so that OPEN carries only its beginning; it waits until somebody stops it."""


def test_a_long_script_is_shown_to_the_hotel_for_signing(hotel: Demo, tomas: Page) -> None:
    assert len(LONG) > 40_000
    tomas.goto(hotel.url("tech", "/scripts/new/"))
    tomas.get_by_label("Name", exact=True).first.fill(NAME)
    tomas.get_by_label("Text", exact=True).fill(LONG)
    tomas.get_by_label("Time limit").fill("600")
    tomas.get_by_role("button", name="Keep it").click()
    expect(tomas.locator(".fingerprint")).to_contain_text("sha256:")
    _to_the_form(hotel, tomas)
    tomas.get_by_role("button", name="Show it to").click()
    expect(tomas.locator("#main")).to_contain_text("can read it in the portal; offered by")
    expect_accessible(tomas)


def test_the_hotel_reads_the_whole_text_and_then_signs_it(
    people: BrowserContext, hotel: Demo, tomas: Page
) -> None:
    chen = enter(people, hotel, "hotel")
    chen.goto(hotel.url("hotel", "/portal/contract/"))
    chen.get_by_role("link", name="Read before you sign").click()
    chen.get_by_role("link", name=NAME).click()
    expect(chen.locator(".script-whole")).to_contain_text("echo the last line of the text")
    expect(chen.locator(".script-numbers")).to_contain_text("705")
    expect(chen.locator("aside")).to_contain_text("No clause allows it yet")
    expect_accessible(chen)
    look(chen, "script-to-sign")
    digest = chen.locator(".fingerprint").inner_text()
    page = chen.url
    chen.goto(hotel.url("hotel", "/portal/contract/publish/"))
    chen.locator("#publish-file").set_input_files(_signed(hotel, digest))
    chen.get_by_role("button", name="Publish").click()
    expect(chen.locator("#main")).to_contain_text("Read the 7 scripts this clause names")
    chen.goto(page)
    expect(chen.locator("aside")).to_contain_text("Your contract allows exactly this text")


def test_a_script_of_more_than_32_kib_arrives_whole(hotel: Demo, tomas: Page) -> None:
    _to_the_form(hotel, tomas)
    tomas.get_by_role("button", name="Run", exact=True).click()
    tomas.wait_for_url("**/sessions/**")
    expect(tomas.locator("[data-run-output]")).to_contain_text("the last line of the text has come")


def test_stop_ends_a_running_script_and_keeps_what_it_wrote(tomas: Page) -> None:
    tomas.locator("[data-run-stop]").click()
    dialog = tomas.locator("#run-stop")
    expect(dialog).to_be_visible()
    expect_accessible(tomas)
    dialog.get_by_role("button", name="Stop it").click()
    result = tomas.locator("[data-run-result]")
    expect(result).to_contain_text("It was stopped.")
    expect(tomas.locator("[data-run-output]")).to_contain_text("asked to end")
    look(tomas, "script-stopped")
    result.get_by_role("link", name="The run on record").click()
    expect(tomas.locator(".run-output")).to_contain_text("asked to end")


def _to_the_recipe(hotel: Demo, tomas: Page) -> None:
    tomas.goto(hotel.url("tech", "/queue/"))
    open_case(tomas, SUBJECT)
    tomas.get_by_role("link", name="Run a script…").first.click()
    tomas.get_by_role("link", name=READER).click()
    expect(tomas.locator("h1")).to_contain_text(READER)


def _to_the_form(hotel: Demo, tomas: Page) -> None:
    tomas.goto(hotel.url("tech", "/queue/"))
    open_case(tomas, SUBJECT)
    tomas.get_by_role("link", name="Run a script…").first.click()
    tomas.get_by_role("link", name=NAME).click()
    expect(tomas.locator("h1")).to_contain_text(NAME)


def _signed(hotel: Demo, digest: str) -> Path:
    """Sign the next contract, outside, as the hotel does: its scripts' clause names one more."""
    folder = Places(hotel.data).customer
    old = Contract.parse(json.loads((folder / "contract.json").read_text("utf-8"))["body"])
    customer = Customer(folder, old.organisation, "Lotus Hotels")
    clauses = tuple(_allowing(clause, digest) for clause in old.clauses)
    wider = replace(old, clauses=clauses, serial=old.serial + 1)
    customer.keep("contract", seal(wider, customer.key("administrator")))
    return folder / "contract.json"


def _allowing(clause: Clause, digest: str) -> Clause:
    (first, *others) = clause.capabilities
    if first.name != "exec":
        return clause
    return replace(clause, capabilities=(replace(first, values=(*first.values, digest)), *others))


@pytest.fixture(scope="module")
def tabs(people: BrowserContext, hotel: Demo, tomas: Page) -> tuple[Page, Page]:
    """The hotel's guest registration, open in a tab of its own, and its session's page."""
    hotel.say("repair")
    beside.to_the_targets(hotel, tomas, SUBJECT)
    expect_accessible(tomas)
    look(tomas, "page-targets")
    return beside.open_page(people, tomas), tomas


def test_the_hotels_page_opens_at_a_name_of_its_own(
    people: BrowserContext, tabs: tuple[Page, Page]
) -> None:
    guests, session = tabs
    expect(guests.get_by_role("button", name="登记入住")).to_be_visible()
    assert re.fullmatch(r"http://page-[a-z2-7]{25}\.localhost:\d+/", guests.url)
    assert [each["name"] for each in people.cookies(guests.url)] == ["reachback_page"]
    expect(session.locator("[data-tunnel-state]")).to_contain_text("Keep this tab open")
    expect_accessible(session)
    look(session, "page-session")


def test_a_guest_is_registered_through_the_device(tabs: tuple[Page, Page]) -> None:
    guests, session = tabs
    guests.locator("input[name=name]").fill("王小明")
    guests.locator("input[name=room]").fill("108")
    guests.get_by_role("button", name="登记入住").click()
    expect(guests.locator("h1")).to_have_text("登记完成")
    expect(session.locator("[data-tunnel-received]")).to_contain_text("kB")


def test_the_hotels_page_cannot_read_the_workspace(hotel: Demo, tabs: tuple[Page, Page]) -> None:
    guests, _ = tabs
    script = "url => fetch(url, {credentials: 'include'}).then(r => r.text(), () => 'refused')"
    assert guests.evaluate(script, hotel.url("tech", "/queue/")) == "refused"
    assert guests.evaluate("() => [window.opener, document.cookie]") == [None, ""]


def test_another_browser_does_not_get_in(browser: Browser, tabs: tuple[Page, Page]) -> None:
    guests, _ = tabs
    stranger = browser.new_context()
    page = stranger.new_page()
    page.goto(guests.url)
    expect(page.locator("h1")).to_have_text("This page is closed here")
    expect_accessible(page)
    stranger.close()


def test_end_closes_the_hotels_page(tabs: tuple[Page, Page]) -> None:
    guests, session = tabs
    session.get_by_role("button", name="End").click()
    expect(session.locator("[data-tunnel-state]")).to_contain_text("Nothing of it is reached")
    expect_accessible(session)
    guests.reload()
    expect(guests.locator("h1")).to_have_text("The session is over")
    look(guests, "page-over")
    session.get_by_role("link", name="What was done").click()
    expect(session.locator(".verdict")).to_contain_text("omplete and unaltered")
    expect(session.locator("#main")).to_contain_text("through lijiang-frontdesk at")


def test_the_command_reaches_the_same_service(hotel: Demo, tomas: Page) -> None:
    hotel.say("repair")
    target = beside.to_the_targets(hotel, tomas, SUBJECT).locator("h2").inner_text()
    tomas.go_back()
    with beside.tunnel(hotel, tomas, target) as port:
        assert '"ok": true' in beside.fetched(port, "/health")
        assert "登记入住" in beside.fetched(port, "/")


def test_a_shell_behind_a_proxy_without_websocket_loses_nothing_in_a_cut(
    people: BrowserContext, hotel: Demo, tomas: Page
) -> None:
    """The technician's own way to the server lets ordinary requests through, nothing else."""
    with strict_proxy(hotel) as proxy:
        there = proxy.seen_from_there()
        shell = enter(people, there, "tech")
        shell.goto(there.url("tech", "/queue/"))
        open_case(shell, SUBJECT)
        connect(shell)
        expect(shell.locator("[data-session-slow]")).to_be_visible()
        type_line(shell, "echo by-requests-$((40+2))")
        expect_output(shell, "by-requests-42")
        expect_accessible(shell)
        look(shell, "slow-path")
        proxy.cut()
        expect(shell.locator(".session")).to_have_attribute("data-link", "lost")
        type_line(shell, "echo typed-while-the-proxy-was-gone")
        proxy.start()
        expect(shell.locator("[data-session-state]")).to_contain_text("0 bytes lost")
        expect_output(shell, "typed-while-the-proxy-was-gone")
        rows = terminal(shell).inner_text()
        assert rows.count("typed-while-the-proxy-was-gone") == 2  # typed once, echoed once
        shell.locator("[data-session-end]").click()
        expect(shell.locator(".session")).to_have_attribute("data-link", "ended")


@pytest.fixture(scope="module")
def phone(people: BrowserContext, hotel: Demo) -> Page:
    """The hotel's administrator, on a phone."""
    page = enter(people, hotel, "hotel")
    page.set_viewport_size({"width": 390, "height": 844})
    return page


def test_the_hotels_administrator_makes_a_key_and_demands_approval(
    people: BrowserContext, hotel: Demo, phone: Page
) -> None:
    """The last chapter: from here on nobody opens a shell without a yes from the phone."""
    phone.goto(hotel.url("hotel", "/portal/approvals/keys/"))
    expect_accessible(phone)
    phone.get_by_role("button", name="Make a key in this browser").click()
    copies = phone.get_by_role("button", name="Copy the public key")
    expect(copies).to_be_visible()
    line = copies.get_attribute("data-copies") or ""
    for file in approving.signed(hotel, line):
        phone.goto(hotel.url("hotel", "/portal/contract/publish/"))
        phone.locator("#publish-file").set_input_files(file)
        phone.get_by_role("button", name="Publish").click()
        expect(phone.locator("#main")).to_contain_text("Chen Wei's phone")
    phone.goto(hotel.url("hotel", "/portal/approvals/keys/"))
    expect(phone.locator("#main")).to_contain_text("in the keyset")
    look(phone, "approval-keys")


def test_the_shell_opens_by_itself_when_the_phone_says_yes(
    hotel: Demo, phone: Page, tomas: Page
) -> None:
    tomas.goto(hotel.url("tech", "/queue/"))
    open_case(tomas, SUBJECT)
    tomas.get_by_role("link", name="Ask for approval…").click()
    tomas.get_by_label("Why is it needed?").fill(approving.WHY)
    expect_accessible(tomas)
    look(tomas, "approval-ask")
    tomas.get_by_role("button", name="Ask for approval").click()
    expect(tomas.locator("#approval-state")).to_contain_text("The approvers were told")
    expect_accessible(tomas)
    look(tomas, "approval-waiting")
    phone.goto(hotel.url("hotel", "/portal/approvals/"))
    expect_accessible(phone)
    look(phone, "approval-list")
    phone.locator("#approvals-waiting a.row-link").first.click()
    expect(phone.locator("#approval")).to_contain_text(approving.WHY)
    expect_accessible(phone)
    look(phone, "approval-phone")
    phone.get_by_role("button", name="Approve", exact=True).click()
    expect(phone.locator("#approval")).to_contain_text("signed")
    tomas.wait_for_url("**/sessions/**")
    expect(tomas.locator(".xterm-screen").first).to_be_visible()
    expect(tomas.locator("#main, body").first).to_contain_text("lijiang-frontdesk")
