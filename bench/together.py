"""1,000 resets inside frames while one shell, one upload and one tunnel are at work: what is lost.

All three go through the same device's link, which is reset half of the time; the other half hits
the technician's own connections: the shell's, Chromium's with the Files page, and those of
`reachback tunnel`. The shell counts and echoes keys, files of 300 kB go up one after another and
are compared with what lies on the device, and the hotel's own page is fetched through the tunnel
and compared with what the service gives directly. No peer survives the first reset.
"""

import asyncio
import hashlib
import secrets
import threading
import time
import urllib.request
from dataclasses import dataclass, field, replace
from pathlib import Path

from checks.components import COMPONENTS
from gateway.tests.cutter import Cutter
from journeys import beside
from journeys.demo import Demo
from journeys.pages import open_case
from playwright.sync_api import BrowserContext, FilePayload, Page, sync_playwright
from playwright.sync_api import Error as PlaywrightError

from bench.installation import installed
from bench.resets import Session, differences
from bench.results import Figure, Report
from bench.technician import Technician

RESETS_EACH = 500
BETWEEN = (5_000, 35_000)  # bytes of the device's link between two resets
FILE = 300_000
SUBJECT = "guest registration failed on lijiang-frontdesk"
PATIENCE_MS = 180_000


@dataclass
class Beside:
    """What went up and came through meanwhile; a thread each, ended by `stop`."""

    demo: Demo
    stop: threading.Event = field(default_factory=threading.Event)
    ready: threading.Event = field(default_factory=threading.Event)
    sent: int = 0
    wrong: int = 0
    fetched: int = 0
    differing: int = 0
    failures: list[str] = field(default_factory=list)

    def run(self) -> None:
        """Open both in Chromium and let them work until they are stopped."""
        path = next(each for each in COMPONENTS if each.name == "Chromium").path()
        try:
            with sync_playwright() as playwright:
                chromium = playwright.chromium.launch(
                    executable_path=path, args=["--no-sandbox", "--disable-gpu"]
                )
                self._work(chromium.new_context())
        except (PlaywrightError, AssertionError, OSError) as problem:
            self.failures.append(f"{type(problem).__name__}: {str(problem)[:200]}")
        finally:
            self.ready.set()

    def _work(self, context: BrowserContext) -> None:
        context.set_default_timeout(PATIENCE_MS)
        page = context.new_page()
        page.goto(self.demo.url("tech", "/demo/enter/"))
        target = beside.to_the_targets(self.demo, page, SUBJECT).locator("h2").inner_text()
        page.go_back()
        with beside.tunnel(self.demo, page, target) as port:
            fetching = threading.Thread(target=self._fetch, args=(port, target))
            page.goto(self.demo.url("tech", "/queue/"))
            open_case(page, SUBJECT)
            page.get_by_role("button", name="Files").click()
            page.wait_for_url("**/sessions/**")
            place = Path(page.locator("[data-files-path] [aria-current]").inner_text())
            self.ready.set()
            fetching.start()
            while not self.stop.is_set():
                self._upload(page, place)
            fetching.join()

    def _upload(self, page: Page, place: Path) -> None:
        name, data = f"up-{self.sent}.bin", secrets.token_bytes(FILE)
        with page.expect_file_chooser() as chooser:
            page.get_by_role("button", name="Upload files").first.click()
        chooser.value.set_files(
            FilePayload(name=name, mimeType="application/octet-stream", buffer=data)
        )
        done = page.locator(".files-transfers li[data-state=done]").filter(has_text=name)
        done.wait_for(timeout=PATIENCE_MS)
        self.sent += 1
        self.wrong += differences((place / name).read_bytes(), data)
        (place / name).unlink()
        page.get_by_role("button", name="Clear").or_(
            page.locator("[data-files-tidy]")
        ).first.click()

    def _fetch(self, port: int, target: str) -> None:
        direct = _page(f"http://{target}/")
        while not self.stop.is_set():
            try:
                through = _page(f"http://127.0.0.1:{port}/")
            except OSError as problem:
                self.failures.append(f"tunnel: {problem}")
                return
            self.fetched += 1
            self.differing += hashlib.sha256(through).digest() != hashlib.sha256(direct).digest()
            time.sleep(0.05)


def _page(address: str) -> bytes:
    with urllib.request.urlopen(address, timeout=PATIENCE_MS / 1000) as answer:  # noqa: S310 - http
        content: bytes = answer.read()
        return content


async def measure(report: Report, demo: Demo) -> None:
    """Cut and compare."""
    technician = Technician(demo)
    await technician.enter()
    await technician.find_button()
    cutter = Cutter(demo.port, secrets.randbelow(1 << 30))
    await cutter.start()
    others = Beside(replace(demo, port=cutter.port))
    thread = threading.Thread(target=others.run)
    thread.start()
    await asyncio.to_thread(others.ready.wait)
    session = Session(await technician.connect(cutter.port), cutter)
    await session.begin()
    began, before = time.perf_counter(), session.resumes(demo)
    device = await session.suffer(demo, each=RESETS_EACH, between=BETWEEN, patience=1_800) - before
    seconds = time.perf_counter() - began
    others.stop.set()
    await asyncio.to_thread(thread.join)
    say(report, session, (cutter.cuts, device), others)
    report.notes.append(f"{seconds:.0f} s; {others.sent} files, {others.fetched} pages.")
    report.notes.extend(others.failures)
    await session.shell.end()
    await technician.close()
    await cutter.close()


def say(report: Report, session: Session, cuts: tuple[int, int], others: Beside) -> None:
    """Report the comparisons."""
    words = f"{cuts[0]} of the technician's connections, {cuts[1]} of the device's link"
    met = min(cuts) >= RESETS_EACH
    report.add(Figure("resets", words, bar=f"≥ {2 * RESETS_EACH}", met=met))
    counted = session.counted()
    numbers = range(1, counted.count(b";") + 2)
    expected = b"".join(b"%d;" % n for n in numbers)[: len(counted)]
    found = {
        "bytes of the shell's output": (differences(counted, expected), len(counted)),
        "keys": (differences(session.echoed(), bytes(session.typed)), len(session.typed)),
        "bytes uploaded": (others.wrong, others.sent * FILE),
        "pages through the tunnel": (others.differing, others.fetched),
    }
    for name, (wrong, total) in found.items():
        good = wrong == 0 and total > 0 and not others.failures
        report.add(Figure(f"{name} wrong", f"{wrong} of {total}", bar="0", met=good))


def run(folder: Path) -> Report:
    """See the module."""
    report = Report()
    with installed(folder) as demo:
        asyncio.run(measure(report, demo))
    return report
