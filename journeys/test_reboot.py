"""A real machine is restarted from the browser, and once more from inside: the session goes on.

Debian under qemu's software emulation (journeys/guest), the connector installed as its handbook
says, run by the units the project ships, reaching the server over TLS through nginx. Minutes long:
part of `make test-all` only.
"""

from __future__ import annotations

import contextlib
import re
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from journeys.conftest import enter, look
from journeys.demo import Demo, folder_for_two, free_port, running, wait_for
from journeys.guest import image, machine
from journeys.guest.machine import HOST, Guest
from journeys.pages import connect, expect_output, terminal, type_line
from reachback.config.demo.customer import EVERY_DAY, TAG, Customer
from reachback.kernel import admin
from reachback_wire.documents import (
    Capability,
    Clause,
    Contract,
    DeviceStatement,
    Party,
    When,
    Who,
    Window,
    keyset_fingerprint,
    seal,
)

pytestmark = [pytest.mark.journey, pytest.mark.slow, pytest.mark.timeout(2400)]
DEVICE = "lijiang-kiosk"
CONNECTOR = "/opt/reachback-connector/bin/reachback-connector"
PYTHON = "/opt/reachback-connector/bin/python"
RESTART_SECONDS = 600  # a bound for a busy machine: an emulated one boots slowly
JOURNAL = "journalctl --no-pager -n 30 -u 'reachback-connector*'"
BOOT = "cat /proc/sys/kernel/random/boot_id"
KEY_LINE = (
    "from reachback_wire.signing import PrivateKey as K; "
    "print(K.from_openssh(open('/var/lib/reachback-connector/helper/device.key','rb').read())"
    ".public_line)"
)
NGINX = """
daemon off; pid {folder}/nginx.pid; error_log {folder}/nginx.log;
events {{ }}
http {{
  access_log off;
  server {{
    listen 127.0.0.1:{port} ssl;
    ssl_certificate {folder}/door.pem; ssl_certificate_key {folder}/door.key;
    location / {{
      proxy_pass http://127.0.0.1:{front};
      proxy_http_version 1.1;
      proxy_set_header Host $http_host;
      proxy_set_header X-Forwarded-For $proxy_add_x_forwarded_for;
      proxy_set_header X-Forwarded-Proto $scheme;
      proxy_set_header Upgrade $http_upgrade;
      proxy_set_header Connection "upgrade";
      proxy_read_timeout 600s;
    }}
  }}
}}
"""


@pytest.fixture(scope="module")
def folder() -> Iterator[Path]:
    """A folder of this journey's own; the disk in it is large and goes at the end."""
    made = Path(tempfile.mkdtemp(prefix="reachback-guest-"))
    yield made
    shutil.rmtree(made, ignore_errors=True)


@pytest.fixture(scope="module")
def hotel() -> Iterator[Demo]:
    """The provider, with the demo's own machine beside the guest."""
    with folder_for_two() as place, running(place / "demo", reached_as=HOST) as started:
        yield started


@pytest.fixture(scope="module")
def door(hotel: Demo, folder: Path) -> Iterator[int]:
    """TLS in front of the server, as the guest sees this machine; the port."""
    subject = ["-subj", f"/CN={HOST}", "-addext", f"subjectAltName=IP:{HOST}"]
    pair = ["-keyout", str(folder / "door.key"), "-out", str(folder / "door.pem")]
    make = ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256"]
    subprocess.run([*make, "-nodes", "-days", "2", *subject, *pair], check=True)
    port = free_port()
    settings = folder / "nginx.conf"
    settings.write_text(NGINX.format(folder=folder, port=port, front=hotel.port))
    program = shutil.which("nginx") or "/usr/sbin/nginx"
    process = subprocess.Popen([program, "-p", str(folder), "-c", str(settings)])
    yield port
    process.terminate()
    process.wait(30)


@pytest.fixture(scope="module")
def guest(hotel: Demo, door: int, folder: Path) -> Iterator[Guest]:
    """The machine, enrolled, pinned and under contract, its units started by systemd."""
    built = image.build(folder, folder / "door.pem")
    artifacts = Path(__file__).parent / "artifacts"
    artifacts.mkdir(exist_ok=True)
    with machine.running(built, artifacts / "guest.log") as started:
        _enrol(started, hotel, door)
        yield started


def _ask(hotel: Demo, kind: str, **data: object) -> dict[str, object]:
    return admin.request(hotel.data / "run" / "admin.sock", kind, seconds=60, **data)


def _enrol(guest: Guest, hotel: Demo, door: int) -> None:
    """docs/handbook/connector.md, Enrol: each side does its half."""
    facts = _ask(hotel, "demo.facts")
    customer = Customer(hotel.data / "lotus-hotels", str(facts["organisation"]), str(facts["name"]))
    token = _ask(hotel, "demo.token")["token"]
    fingerprint = keyset_fingerprint(customer.kept("keyset").body)
    guest.do(
        f"{CONNECTOR} enrol https://{HOST}:{door} --token {token} --customer-keys {fingerprint} "
        f"--name {DEVICE} --ca /etc/reachback-authority.pem --user {image.CONTROL_USER}"
    )
    key = guest.do(f'{PYTHON} -c "{KEY_LINE}"').splitlines()[-1].strip()
    _publish(hotel, customer, facts, key)
    guest.do("systemctl enable --now reachback-connector-helper.socket reachback-connector")


def _publish(hotel: Demo, customer: Customer, facts: dict[str, object], key: str) -> None:
    """The hotel vouches for the machine and allows shell and restarts there, at any hour."""
    now = time.time_ns() // 1_000_000
    signer = customer.key("administrator")
    statement = DeviceStatement(
        organisation=customer.organisation,
        keyset=1,
        serial=1,
        key=key,
        name=DEVICE,
        site=str(facts["site"]),
        tags=(TAG,),
        issued=now,
    )
    _ask(hotel, "demo.statement", envelope=seal(statement, signer).to_json())
    who = Who(teams=(str(facts["team"]),))
    always = When("Asia/Shanghai", (Window(EVERY_DAY, "00:00", "00:00"),))
    contract = Contract(
        organisation=customer.organisation,
        keyset=1,
        serial=2,
        title="Remote care of the kiosk",
        provider=Party(
            str(facts["provider"]), tuple(facts["grant_keys"]), tuple(facts["log_keys"])
        ),
        device_tags=(TAG,),
        clauses=(
            Clause(1, (Capability("health"),), clockless=True),
            Clause(2, (Capability("shell.user", (image.USER,)),), who=who),
            Clause(3, (Capability("reboot"),), who=who, when=always),
        ),
        effective=now - 3_600_000,
        expires=now + 86_400_000,
        issued=now,
    )
    _ask(hotel, "demo.contract", envelope=seal(contract, signer).to_json())


@pytest.fixture(scope="module")
def tomas(browser: Browser, hotel: Demo) -> Iterator[Page]:
    """The technician."""
    profile = browser.new_context(viewport={"width": 1440, "height": 900}, locale="en-GB")
    profile.set_default_timeout(60_000)
    yield enter(profile, hotel, "tech")
    profile.close()


def _boot_id(page: Page, mark: str) -> str:
    """Ask the shell on which boot it runs."""
    type_line(page, f"echo {mark}=$({BOOT})=")
    found = re.compile(rf"{mark}=([0-9a-f-]{{36}})=")
    wait_for(lambda: found.search(terminal(page).inner_text()), "the shell said no boot id", 120)
    matched = found.search(terminal(page).inner_text())
    assert matched is not None
    return matched[1]


def _is_back(page: Page) -> None:
    state = page.locator("[data-session-state]")
    expect(state).to_contain_text("in a new shell", timeout=RESTART_SECONDS * 1000)
    expect(state).to_contain_text(re.compile(r"back in \d+ s"))


def test_the_units_run_as_systemd_starts_them(guest: Guest, hotel: Demo) -> None:
    for unit in ("reachback-connector-helper.socket", "reachback-connector.service"):
        wait_for(
            lambda unit=unit: "active" in guest.do(f"systemctl is-active {unit} || true").split(),
            f"{unit} is not active",
            120,
        )
    wait_for(
        lambda: "This device is" in guest.do(f"{CONNECTOR} status || {JOURNAL}"),
        f"the helper does not answer:\n{guest.said[-6000:]}",
        300,
    )
    owner = "stat -c %U /proc/$(systemctl show -P MainPID {})"
    assert image.CONTROL_USER in guest.do(owner.format("reachback-connector.service"))
    assert "root" in guest.do(owner.format("reachback-connector-helper.service"))


def test_a_restart_from_the_browser_goes_on_in_a_new_shell(
    guest: Guest, hotel: Demo, tomas: Page
) -> None:
    tomas.goto(hotel.url("tech", "/devices/"))
    tomas.get_by_role("link", name=DEVICE).first.click()
    connect(tomas)
    before = _boot_id(tomas, "first")
    type_line(tomas, "MARK=of-the-first-boot")
    tomas.get_by_text("Tools", exact=True).click()
    tomas.get_by_role("button", name="Restart the device…").click()
    look(tomas, "restart-asked")
    tomas.get_by_role("button", name="Restart it now").click()
    expect(tomas.locator("[data-session-state]")).to_contain_text("Restarting", timeout=120_000)
    expect(tomas.locator("[data-restart-steps]")).to_be_visible()
    expect(tomas.locator("[data-restart-steps] [aria-current]")).to_contain_text(
        "Firmware", timeout=300_000
    )
    look(tomas, "restart-away")
    tomas.set_viewport_size({"width": 390, "height": 844})
    look(tomas, "restart-away-390")
    tomas.set_viewport_size({"width": 1440, "height": 900})
    _is_back(tomas)
    look(tomas, "restart-back")
    after = _boot_id(tomas, "second")
    assert after != before
    type_line(tomas, "echo mark=${MARK:-gone}=")
    expect_output(tomas, "mark=gone=", 60)


def test_a_restart_from_inside_looks_the_same(guest: Guest, tomas: Page) -> None:
    before = _boot_id(tomas, "third")
    guest.booted(after=len(guest.said) - 200)
    guest.type("reboot")
    expect(tomas.locator("[data-session-state]")).to_contain_text("Restarting", timeout=120_000)
    _is_back(tomas)
    assert _boot_id(tomas, "fourth") != before


def test_both_sessions_are_recorded_whole_and_verify(
    hotel: Demo, browser: Browser, tomas: Page, tmp_path: Path
) -> None:
    type_line(tomas, "exit")
    expect(tomas.locator(".session")).to_have_attribute("data-link", "ended", timeout=60_000)
    profile: BrowserContext = browser.new_context(accept_downloads=True, locale="en-GB")
    profile.set_default_timeout(60_000)
    with contextlib.closing(profile):
        chen = enter(profile, hotel, "hotel")
        trust = hotel.data / "lotus-hotels" / "trust.json"
        for number in range(2):
            chen.goto(hotel.url("hotel", "/portal/sessions/"))
            chen.locator("a[href*='/recordings/']").nth(number).click()
            chen.wait_for_url("**/recordings/**")
            with chen.expect_download() as download:
                chen.locator("a[href$='/export']").first.click()
            file = tmp_path / f"{number}.rbx"
            download.value.save_as(file)
            verify = [sys.executable, "-m", "reachback.config.cli", "verify", str(file)]
            done = subprocess.run(
                [*verify, "--trust", str(trust)], capture_output=True, text=True, check=False
            )
            assert done.returncode == 0, done.stdout + done.stderr
