"""Files in the browser on a real device: up and down over a bad line, edited, renamed, removed.

The tests run in the order they are written, on one page; each goes on where the last one ended.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
import time
import zipfile
from dataclasses import replace
from pathlib import Path

import pytest
from playwright.sync_api import BrowserContext, FilePayload, Locator, Page, expect

from journeys.conftest import enter, look
from journeys.demo import Demo
from journeys.pages import expect_accessible, open_case
from reachback.access.tests.instream import MARK, NAME, scanning
from reachback.config.demo.customer import Customer
from reachback.config.demo.places import Places
from reachback_wire.documents import Capability, Contract, seal

pytestmark = [pytest.mark.journey, pytest.mark.timeout(600)]
SUBJECT = "guest registration failed on lijiang-frontdesk"
DRIVER = b"driver of the key-card printer, version 4\n"
LONG = 60_000  # ms; a bound for a loaded machine, not a measurement
LARGE = 12_000_000  # bytes: under way for seconds, so that something can happen meanwhile


def content(size: int, seed: int) -> bytes:
    """Bytes that are nowhere the same."""
    return hashlib.shake_256(bytes([seed])).digest(size)


def payload(name: str, data: bytes) -> FilePayload:
    return {"name": name, "mimeType": "application/octet-stream", "buffer": data}


@pytest.fixture(scope="module")
def page(people: BrowserContext, hotel: Demo) -> Page:
    """The technician on the device's files, from a case."""
    hotel.say("break")
    made = enter(people, hotel, "tech")
    open_case(made, SUBJECT)
    made.get_by_role("button", name="Files").click()
    made.wait_for_url("**/sessions/**")
    row(made, "guest-registration.conf").wait_for()
    return made


@pytest.fixture(scope="module")
def place(page: Page) -> Path:
    """The folder the contract names, as it lies on this machine."""
    return Path(page.locator("[data-files-path] [aria-current]").inner_text())


def row(page: Page, name: str) -> Locator:
    return page.locator("[data-files-rows] tr").filter(has=page.get_by_text(name, exact=True))


def transfer(page: Page, name: str, state: str = "") -> Locator:
    mark = f"[data-state={state}]" if state else ""
    found = page.locator(f".files-transfers li{mark}")
    return found.filter(has=page.get_by_text(name, exact=True)).last


def status(page: Page) -> Locator:
    return page.locator("[data-files-status]")


def choose(page: Page, button: str, *files: FilePayload) -> None:
    with page.expect_file_chooser() as chooser:
        page.get_by_role("button", name=button).first.click()
    chooser.value.set_files(list(files))


def times_lost(hotel: Demo) -> int:
    """How often the connector has lost its connection so far."""
    return (hotel.data / "demo.log").read_text("utf-8").count("The connection was lost")


def test_the_page_of_files_is_for_everybody(page: Page) -> None:
    expect_accessible(page)
    look(page, "files")


def test_an_upload_goes_on_through_cut_cables(page: Page, hotel: Demo, place: Path) -> None:
    data = content(3_000_000, 1)
    before = times_lost(hotel)
    hotel.snip([1_000] * 4)  # bytes from the hotel: while a file goes there it says little
    choose(page, "Upload files", payload("cut.bin", data))
    expect(transfer(page, "cut.bin", "done")).to_be_visible(timeout=LONG)
    assert times_lost(hotel) >= before + 2
    assert (place / "cut.bin").read_bytes() == data
    digest = hashlib.sha256(data).hexdigest()
    expect(transfer(page, "cut.bin")).to_contain_text(f"SHA-256 {digest}")
    expect(row(page, "cut.bin")).to_contain_text("3.0 MB")


def test_an_upload_goes_on_after_the_front_was_killed(page: Page, hotel: Demo, place: Path) -> None:
    data = content(LARGE, 2)
    choose(page, "Upload files", payload("killed.bin", data))
    expect(transfer(page, "killed.bin")).to_contain_text(
        re.compile(r"sent \d.*, [1-9][\d.]* [kM]B on the device"), timeout=LONG
    )
    hotel.wait_restarted("front", hotel.kill("front"))
    expect(transfer(page, "killed.bin", "done")).to_be_visible(timeout=LONG)
    assert (place / "killed.bin").read_bytes() == data


def test_a_paused_upload_stays_and_a_closed_page_goes_on_with_it(page: Page, place: Path) -> None:
    data = content(LARGE, 3)
    choose(page, "Upload files", payload("paused.bin", data))
    expect(transfer(page, "paused.bin")).to_contain_text(
        re.compile(r"[1-9][\d.]* [kM]B on the device"), timeout=LONG
    )
    page.get_by_role("button", name="Pause: paused.bin").click()
    expect(transfer(page, "paused.bin", "paused")).to_contain_text("stay there")
    assert not (place / "paused.bin").exists()
    page.once("dialog", lambda dialog: dialog.accept())
    page.reload()
    unfinished = page.locator("[data-files-unfinished] li")
    expect(unfinished).to_contain_text("The upload of paused.bin is unfinished", timeout=LONG)
    look(page, "files-unfinished")
    choose(page, "Choose the file", payload("paused.bin", content(LARGE, 4)))
    expect(unfinished).to_contain_text("another file")
    choose(page, "Choose the file", payload("paused.bin", data))
    expect(transfer(page, "paused.bin", "done")).to_be_visible(timeout=LONG)
    expect(unfinished).to_have_count(0)
    assert (place / "paused.bin").read_bytes() == data


def test_what_is_there_is_replaced_only_when_said_so(page: Page, place: Path) -> None:
    choose(page, "Upload files", payload("cut.bin", b"new"))
    dialog = page.get_by_role("dialog")
    expect(dialog).to_contain_text("cut.bin is on the device already")
    dialog.get_by_role("button", name="Cancel").click()
    assert (place / "cut.bin").stat().st_size == 3_000_000
    choose(page, "Upload files", payload("cut.bin", b"new"))
    dialog.get_by_role("button", name="Replace").click()
    expect(row(page, "cut.bin")).to_contain_text("3 B", timeout=LONG)
    assert (place / "cut.bin").read_bytes() == b"new"


def test_folders_are_made_and_files_renamed_and_removed(page: Page, place: Path) -> None:
    page.get_by_role("button", name="New folder").click()
    page.get_by_label("Name", exact=True).fill("papers")
    page.get_by_role("button", name="Make the folder").click()
    expect(status(page)).to_contain_text("The folder papers was made.", timeout=LONG)
    page.get_by_role("button", name="Rename: cut.bin").click()
    page.get_by_label("New name").fill("killed.bin")
    page.keyboard.press("Enter")
    expect(page.get_by_role("dialog")).to_contain_text("There is something of this name already.")
    page.get_by_label("New name").fill("kept.bin")
    page.keyboard.press("Enter")
    expect(status(page)).to_contain_text("cut.bin is now called kept.bin.", timeout=LONG)
    assert (place / "kept.bin").read_bytes() == b"new"
    page.get_by_role("button", name="Remove: kept.bin").click()
    page.get_by_role("dialog").get_by_role("button", name="Remove").click()
    expect(status(page)).to_contain_text("kept.bin was removed.", timeout=LONG)
    assert not (place / "kept.bin").exists()
    (place / "papers" / "inside").write_text("x")
    page.get_by_role("button", name="Remove: papers").click()
    page.get_by_role("dialog").get_by_role("button", name="Remove").click()
    expect(status(page)).to_contain_text("The folder is not empty.", timeout=LONG)


def test_a_download_is_what_the_device_has(page: Page, place: Path) -> None:
    with page.expect_download(timeout=LONG) as download:
        page.get_by_role("button", name="Download: killed.bin").click()
    assert Path(download.value.path()).read_bytes() == (place / "killed.bin").read_bytes()
    expect(transfer(page, "killed.bin", "done")).to_contain_text("arrived whole", timeout=LONG)


def test_a_download_goes_on_after_its_page_was_closed(page: Page, hotel: Demo, place: Path) -> None:
    data = content(9_000_000, 5)
    (place / "long.bin").write_bytes(data)
    page.get_by_role("button", name="Refresh").click()
    # After 3 MB no connection of the device lives long enough to greet: the download stands still.
    hotel.snip([3_000_000] + [1_000] * 500)
    page.get_by_role("button", name="Download: long.bin").click()
    expect(transfer(page, "long.bin")).to_contain_text(
        re.compile(r"[23][\d.]* MB of 9"), timeout=LONG
    )
    page.once("dialog", lambda dialog: dialog.accept())
    page.reload()
    hotel.snip([1_000_000_000])
    unfinished = page.locator("[data-files-unfinished] li")
    expect(unfinished).to_contain_text("The download of long.bin is unfinished", timeout=LONG)
    with page.expect_download(timeout=3 * LONG) as download:  # docs/guide/status.md, Files
        unfinished.get_by_role("button", name="Continue").click()
    assert Path(download.value.path()).read_bytes() == data
    expect(unfinished).to_have_count(0)


def test_folders_go_both_ways(page: Page, place: Path, tmp_path: Path) -> None:
    mine = tmp_path / "menu"
    (mine / "spring" / "tea").mkdir(parents=True)
    (mine / "prices.txt").write_text("12\n")
    (mine / "spring" / "tea" / "丽江.txt").write_text("雪茶\n")
    with page.expect_file_chooser() as chooser:
        page.get_by_role("button", name="Upload a folder").click()
    chooser.value.set_files(mine)
    expect(transfer(page, "prices.txt", "done")).to_be_visible(timeout=LONG)
    expect(transfer(page, "丽江.txt", "done")).to_be_visible(timeout=LONG)
    assert (place / "menu" / "spring" / "tea" / "丽江.txt").read_text() == "雪茶\n"
    with page.expect_download(timeout=LONG) as download:
        page.get_by_role("button", name="Download: menu").click()
    assert download.value.suggested_filename == "menu.zip"
    with zipfile.ZipFile(download.value.path()) as archive:
        assert archive.testzip() is None
        assert archive.read("menu/prices.txt") == b"12\n"
        assert archive.read("menu/spring/tea/丽江.txt").decode() == "雪茶\n"


def test_a_small_text_is_edited_with_a_diff_and_a_backup(page: Page, place: Path) -> None:
    (place / "notes.txt").write_text("one\ntwo\nthree\n")
    page.get_by_role("button", name="Refresh").click()
    page.get_by_role("button", name="notes.txt", exact=True).click()
    field = page.get_by_label("Text of notes.txt")
    expect(field).to_have_value("one\ntwo\nthree\n", timeout=LONG)
    field.fill("one\n2\nthree\nfour\n")
    page.get_by_role("button", name="Review changes").click()
    expect(page.locator("[data-line=gone]")).to_have_text(re.compile("Gone: two"))
    expect(page.locator("[data-line=new]")).to_have_count(2)
    expect_accessible(page)
    look(page, "files-diff")
    page.get_by_role("button", name="Save on the device").click()
    expect(status(page)).to_contain_text("What was there before is kept as", timeout=LONG)
    assert (place / "notes.txt").read_text() == "one\n2\nthree\nfour\n"
    backup = next(place.glob("notes.txt.reachback-*.bak"))
    assert backup.read_text() == "one\ntwo\nthree\n"
    expect(status(page)).to_contain_text(backup.name)


def test_an_edit_never_replaces_what_somebody_wrote_meanwhile(page: Page, place: Path) -> None:
    page.get_by_role("button", name="notes.txt", exact=True).click()
    page.get_by_label("Text of notes.txt").fill("mine\n")
    (place / "notes.txt").write_text("theirs\n")
    page.get_by_role("button", name="Review changes").click()
    page.get_by_role("button", name="Save on the device").click()
    problem = page.locator(".files-problem")
    expect(problem).to_contain_text("Somebody changed the file", timeout=LONG)
    assert (place / "notes.txt").read_text() == "theirs\n"
    page.get_by_role("button", name="Back to the folder").click()
    page.get_by_role("button", name="Throw the changes away").click()
    row(page, "notes.txt").wait_for()


def test_what_is_no_text_is_said_to_be_none(page: Page) -> None:
    page.get_by_role("button", name="killed.bin", exact=True).click()
    expect(status(page)).to_contain_text("larger than 256 KiB", timeout=LONG)
    choose(page, "Upload files", payload("small.bin", b"\xff\xfe\x00"))
    page.get_by_role("button", name="small.bin", exact=True).click()
    expect(status(page)).to_contain_text("small.bin is binary, not text", timeout=LONG)


def test_a_hostile_name_shows_nothing_but_itself(page: Page, place: Path) -> None:
    (place / "two\nlines\u202efdp.exe").write_text("x")
    Path(os.fsdecode(os.fsencode(place) + b"/broken-\xff")).write_text("x")
    (place / ("n" * 255)).write_text("x")
    page.get_by_role("button", name="Refresh").click()
    expect(row(page, "two\ufffdlines\ufffdfdp.exe")).to_be_visible(timeout=LONG)
    expect(row(page, "n" * 255)).to_be_visible()
    broken = page.locator("[data-files-rows] tr", has_text="its name is no valid text")
    expect(broken.get_by_role("button")).to_have_count(0)
    page.set_viewport_size({"width": 390, "height": 844})
    wide = page.evaluate("document.querySelector('#files').scrollWidth")
    look(page, "files-phone")
    page.set_viewport_size({"width": 1440, "height": 900})
    assert wide <= 390


def test_where_the_contract_demands_a_scanner_nothing_goes_without_it(
    page: Page, people: BrowserContext, hotel: Demo, place: Path
) -> None:
    """The hotel signs the demand; the scanner is down at first, and nothing is lost by that."""
    chen = enter(people, hotel, "hotel")
    chen.goto(hotel.url("hotel", "/portal/contract/publish/"))
    chen.locator("#publish-file").set_input_files(_demanding(hotel))
    chen.get_by_role("button", name="Publish").click()
    expect(chen.locator("#main")).to_contain_text("only what ClamAV found clean")
    page.goto(hotel.url("tech", "/queue/"))
    open_case(page, SUBJECT)
    page.get_by_role("button", name="Files").click()
    page.wait_for_url("**/sessions/**")
    row(page, "guest-registration.conf").wait_for()
    choose(page, "Upload files", payload("driver.bin", DRIVER))
    failed = transfer(page, "driver.bin", "failed")
    expect(failed).to_contain_text("the scanner does not answer")
    assert not (place / "driver.bin").exists()
    expect_accessible(page)
    look(page, "files-scanner-away")
    with scanning(hotel.data.parent) as scanner:
        today = time.strftime("%a %b %d %H:%M:%S %Y", time.gmtime())
        scanner.version = f"ClamAV 1.4.1/27456/{today}"
        failed.get_by_role("button", name="Try again").click()
        done = transfer(page, "driver.bin", "done")
        expect(done).to_contain_text("Scanned by ClamAV 1.4.1: nothing was found.")
        assert (place / "driver.bin").read_bytes() == DRIVER
        choose(page, "Upload files", payload("invoice.exe", b"x" + MARK))
        infected = transfer(page, "invoice.exe", "failed")
        expect(infected).to_contain_text(f"ClamAV 1.4.1 found “{NAME}” in invoice.exe")
        expect(infected.get_by_role("button", name="Try again")).to_have_count(0)
        assert not (place / "invoice.exe").exists()
        expect_accessible(page)
        look(page, "files-infected")
        page.get_by_role("button", name="guest-registration.conf.backup", exact=True).click()
        text = page.get_by_label("Text of guest-registration.conf.backup")
        expect(text).not_to_have_value("")
        text.fill(text.input_value() + "# looked at\n")
        page.get_by_role("button", name="Review changes").click()
        page.get_by_role("button", name="Save on the device").click()
        expect(status(page)).to_contain_text("was saved")
        assert scanner.looked[-1].endswith(b"# looked at\n")


def test_the_case_says_what_was_found_and_the_record_what_was_scanned(
    page: Page, people: BrowserContext, hotel: Demo
) -> None:
    page.get_by_role("button", name="End").first.click()
    page.locator("[data-session-after]").wait_for()
    chen = enter(people, hotel, "hotel")
    chen.goto(hotel.url("hotel", "/portal/sessions/"))
    chen.locator("a[href*='/recordings/']").first.click()
    expect(chen.locator("#main")).to_contain_text("with signatures 27456 found nothing")
    expect(chen.locator(".verdict")).to_contain_text("omplete and unaltered")
    look(chen, "files-scanned-record")
    page.goto(hotel.url("tech", "/queue/"))
    open_case(page, SUBJECT)
    expect(page.locator(".timeline")).to_contain_text(f"found “{NAME}” in invoice.exe")


def _demanding(hotel: Demo) -> Path:
    """Sign the next contract, outside, as the hotel does: what is written is scanned first."""
    folder = Places(hotel.data).customer
    old = Contract.parse(json.loads((folder / "contract.json").read_text("utf-8"))["body"])
    clauses = tuple(
        replace(clause, capabilities=tuple(_scanned(each) for each in clause.capabilities))
        for clause in old.clauses
    )
    customer = Customer(folder, old.organisation, "Lotus Hotels")
    stricter = replace(old, clauses=clauses, serial=old.serial + 1)
    customer.keep("contract", seal(stricter, customer.key("administrator")))
    return folder / "contract.json"


def _scanned(capability: Capability) -> Capability:
    return replace(capability, scanner="clamav" if capability.name == "files.write" else "")
