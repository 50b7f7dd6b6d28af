"""A session over real sockets: device leg, browser leg and the front between them."""

import asyncio
import json
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from typing_extensions import override

from reachback_wire.link import Acked
from reachback_wire.recording import read_segment
from reachback_wire.signing import PrivateKey
from reachback_wire.units import DataUnit

from .client_socket import RefusedUpgradeError
from .customer import DEVICE, Customer
from .peers import Browser, Device
from .processes import Processes, segment_of, until


class Story:
    """A device on its link and a technician's browser with a ticket."""

    def __init__(self, processes: Processes) -> None:
        self.processes = processes
        self.customer = Customer()
        self.device = Device(processes.port, self.customer.device_key)
        self.session_key = PrivateKey.generate()
        self.browser = Browser(processes.port, self.session_key, "s1", "ticket-1")
        self.peers: list[Device | Browser] = [self.device, self.browser]
        self.admit()
        tickets = {"ticket-1": self.customer.redeemed("s1")}
        watching = self.customer.redeemed("s1", "watch", recordings=["s1.1"])
        processes.answer("tickets.json", tickets | {"watch": watching})

    def admit(self, generation: int = 1, hold: str = "none") -> None:
        known = {self.customer.device_key.public_line: self.customer.admission(generation, hold)}
        self.processes.answer("devices.json", known)

    async def start(self) -> None:
        await self.device.connect()
        await self.browser.connect()

    async def open(self, number: int = 1, **more: object) -> None:
        value = self.customer.open_value("s1", self.session_key, number, **more)  # type: ignore[arg-type]
        await self.browser.open(value, f"s1.{number}")

    async def begin(self) -> None:
        await self.start()
        await self.open()
        assert self.browser.opened

    async def close(self) -> None:
        for peer in self.peers:
            await peer.close()

    def events(self) -> list[str]:
        told = self.processes.told("sessions/events")
        return [event["kind"] for batch in told for event in batch["events"]]

    def recorded(self, number: int = 1) -> bytes:
        folder = self.processes.data / "recordings" / "s1" / str(number)
        content = b""
        for path in sorted(folder.glob("*.rbs")):
            segment = read_segment(segment_of(path))
            assert segment.checks_hold
            units = segment.units
            content += b"".join(r.unit.data for r in units if isinstance(r.unit, DataUnit))
        return content


@pytest.fixture
async def story(processes: Processes) -> AsyncIterator[Story]:
    made = Story(processes)
    yield made
    await made.close()


async def test_a_keystroke_goes_to_the_device_and_its_echo_is_recorded_and_shown(
    story: Story,
) -> None:
    await story.begin()
    story.browser.type(b"uptime\r")
    await until(lambda: story.browser.received == b"uptime\r")
    channel = story.device.channels[16]
    assert channel.received == b"uptime\r"
    assert story.recorded() == b"uptime\r"
    await until(lambda: channel.output.acked == channel.output.end)
    await until(lambda: story.browser.typed.acked == 7)
    await until(lambda: story.events() == ["opened"])
    story.device.end(16, {"code": "exit", "sentence": "The shell ended."})
    await until(lambda: story.browser.closed)
    assert story.browser.closed["code"] == "exit"
    await until(lambda: "ended" in story.events())


class Laconic(Browser):
    """A browser that says one thing after CHALLENGE, and nothing more."""

    said = False

    @override
    def flush(self) -> None:
        if not self.said:
            super().flush()
            self.said = self.nonce != ""


async def test_a_shell_opens_and_prints_on_one_message_behind_the_challenge(story: Story) -> None:
    browser = Laconic(story.processes.port, story.session_key, "s1", "ticket-1")
    story.peers.append(browser)
    await story.device.connect()
    await browser.arrive(story.customer.open_value("s1", story.session_key), "s1.1")
    assert browser.welcome["session"]["session"] == "s1"
    assert browser.opened
    story.device.write(b"guest$ " * 20_000)
    await until(lambda: bytes(browser.received[:7]) == b"guest$ ")


async def test_an_open_waits_for_a_device_whose_line_is_lost(story: Story) -> None:
    await story.device.connect()
    story.device.cut()
    await story.device.gone.wait()
    await until(lambda: story.processes.logged("link.device_down"))
    value = story.customer.open_value("s1", story.session_key)
    opening = asyncio.create_task(story.browser.arrive(value, "s1.1"))
    await until(lambda: story.browser.welcome)
    assert not story.browser.answered.is_set()
    await story.device.connect()
    await opening
    assert story.browser.opened
    story.browser.type(b"uptime\r")
    await until(lambda: story.browser.received == b"uptime\r")


async def test_a_large_output_arrives_whole(story: Story) -> None:
    await story.begin()
    content = bytes(range(256)) * 40_000
    story.device.write(content)
    await until(lambda: len(story.browser.received) == len(content))
    assert story.browser.received == content
    assert story.recorded() == content


async def test_a_browser_that_returns_gets_the_rest_from_the_recording(story: Story) -> None:
    await story.begin()
    story.device.write(b"before ")
    await until(lambda: story.browser.received == b"before ")
    story.browser.cut()
    await story.browser.gone.wait()
    story.device.write(b"while away " * 30_000)
    channel = story.device.channels[16]
    await until(lambda: channel.output.acked == channel.output.end)
    await story.browser.connect()
    await until(lambda: story.browser.received == b"before " + b"while away " * 30_000)
    story.browser.type(b"still")
    await until(lambda: bytes(story.browser.received).endswith(b"still"))


async def test_a_device_that_returns_goes_on_and_people_are_told(story: Story) -> None:
    await story.begin()
    story.browser.type(b"one ")
    await until(lambda: story.browser.received == b"one ")
    story.device.cut()
    await until(lambda: any(notice["device"] == "lost" for notice in story.browser.notices))
    story.browser.type(b"two ")
    story.device.channels[16].output.write(b"spooled ")
    story.admit(generation=2)
    await story.device.connect()
    await until(lambda: b"two " in story.browser.received)
    assert bytes(story.device.channels[16].received) == b"one two "
    assert bytes(story.browser.received) == b"one spooled two "
    await until(lambda: {"device-lost", "device-back"} <= set(story.events()))
    assert len(list((story.processes.data / "recordings/s1/1").glob("*.rbs"))) == 2


class Deaf(Device):
    """A device whose line breaks before the front's last ACK comes through."""

    deaf = False

    @override
    def event(self, event: object) -> None:
        if not (self.deaf and isinstance(event, Acked) and event.ch >= 16):
            super().event(event)


async def test_a_device_that_missed_the_last_ack_is_told_again_what_is_recorded(
    story: Story,
) -> None:
    story.device = device = Deaf(story.processes.port, story.customer.device_key)
    story.peers.append(device)
    await story.begin()
    device.deaf = True
    device.write(b"logout")
    await until(lambda: story.browser.received == b"logout")
    device.cut()
    await device.gone.wait()
    output = device.channels[16].output
    assert output.acked < output.end
    device.deaf = False
    await device.connect()
    await until(lambda: output.acked == output.end)


async def test_a_number_that_was_in_use_a_moment_ago_is_not_given_to_another_channel(
    story: Story,
) -> None:
    await story.begin()
    story.device.end(16, {"code": "exit", "sentence": "The shell ended."})
    await until(lambda: story.browser.closed)
    story.device.cut()
    await story.device.gone.wait()
    await story.device.connect()
    await until(lambda: story.browser.notices[-1]["device"] == "back")
    await story.open(2)
    assert list(story.device.channels) == [17]


async def test_the_front_is_killed_in_the_middle_and_nothing_is_lost(story: Story) -> None:
    await story.begin()
    story.browser.type(b"one ")
    await until(lambda: story.browser.received == b"one ")
    story.processes.kill_front()
    await story.browser.gone.wait()
    await story.device.gone.wait()
    story.device.channels[16].output.write(b"spooled ")
    story.browser.typed.write(b"two ")
    torn = story.processes.data / "recordings/s1/1/0000.rbs"
    with torn.open("ab") as file:
        file.write(b"\x01\x40")
    await story.processes.start_front()
    await story.device.connect()
    await story.browser.connect()
    await until(lambda: story.browser.received == b"one spooled two ")
    assert bytes(story.device.channels[16].received) == b"one two "
    assert story.recorded() == b"one spooled two "


async def test_browser_and_device_that_return_to_a_restarted_front_at_once_meet_on_one_channel(
    story: Story,
) -> None:
    await story.begin()
    content = bytes(range(256)) * 16_000  # reading it again takes the front a moment
    story.device.write(content)
    await until(lambda: len(story.browser.received) == len(content))
    story.processes.kill_front()
    await story.browser.gone.wait()
    await story.device.gone.wait()
    await story.processes.start_front()
    await asyncio.gather(story.device.connect(), story.browser.connect())
    story.browser.type(b"here")
    await until(lambda: bytes(story.browser.received).endswith(b"here"))


async def test_a_channel_the_device_lost_while_the_front_was_away_is_ended(story: Story) -> None:
    await story.begin()
    story.device.write(b"last words")
    await until(lambda: story.browser.received == b"last words")
    story.processes.kill_front()
    await story.device.gone.wait()
    story.device.channels.clear()
    await story.processes.start_front()
    await story.browser.connect()
    await story.device.connect()
    await until(lambda: story.browser.closed)
    assert story.browser.closed["code"] == "channel-lost"
    await until(lambda: story.events()[-1:] == ["ended"])
    story.browser.cut()
    await until(lambda: not list((story.processes.data / "sessions").glob("s1.*")))


async def test_without_the_web_process_sessions_go_on_and_its_events_wait(story: Story) -> None:
    await story.begin()
    await until(lambda: story.events() == ["opened"])
    story.processes.stop_web()
    story.device.cut()
    story.browser.cut()
    await story.device.gone.wait()
    await story.browser.gone.wait()
    await story.device.connect()
    await story.browser.connect()
    story.browser.type(b"alone")
    await until(lambda: story.browser.received == b"alone")
    story.device.report(33, json.dumps({"id": "r1", "kind": "accepted"}).encode())
    story.device.end(16, {"code": "exit", "sentence": "Done."})
    await until(lambda: story.browser.closed)
    await story.processes.start_web()
    await until(lambda: story.events()[-1:] == ["ended"])
    assert story.events()[:3] == ["opened", "device-lost", "device-back"]
    await until(lambda: story.device.control.acked == 1)
    told = story.processes.told("devices/reports")
    assert told[0]["units"] == [{"kind": 33, "body": {"id": "r1", "kind": "accepted"}}]


async def test_a_watcher_sees_everything_and_cannot_type(story: Story) -> None:
    await story.begin()
    story.browser.type(b"history ")
    await until(lambda: story.browser.received == b"history ")
    watcher = Browser(story.processes.port, PrivateKey.generate(), "s1", "watch")
    story.peers.append(watcher)
    await watcher.connect()
    await watcher.watch("s1.1")
    await until(lambda: watcher.received == b"history ")
    story.browser.type(b"live")
    await until(lambda: watcher.received == b"history live")
    assert watcher.link is not None
    watcher.link.receive(b"\x0f\x05\x10\x80\x10\x00\x00", 0.0)
    watcher.type(b"rm -rf /")
    await asyncio.sleep(0.1)
    assert bytes(story.device.channels[16].received) == b"history live"


async def test_an_open_outside_the_contract_is_refused_by_the_front(story: Story) -> None:
    await story.start()
    await story.open(run_as="root")
    assert (story.browser.refused["by"], story.device.opens) == ("front", [])
    assert story.browser.refused["code"] in {"parameter-refused", "capability-refused"}
    await until(lambda: story.events() == ["refused"])
    await story.open(2, signer=PrivateKey.generate())
    assert story.browser.refused["code"] == "wrong-session-key"


async def test_the_devices_refusal_reaches_the_person(story: Story) -> None:
    await story.start()
    story.device.refusal = {"code": "replayed", "sentence": "No.", "clause": 0, "by": "device"}
    await story.open()
    assert (story.browser.refused["code"], story.browser.refused["by"]) == ("replayed", "device")
    await until(lambda: story.events() == ["refused"])


async def test_a_ticket_is_good_once_and_an_unknown_one_never(story: Story) -> None:
    await story.start()
    for ticket in ("ticket-1", "guess"):
        thief = Browser(story.processes.port, PrivateKey.generate(), "s1", ticket)
        with pytest.raises(ConnectionError):
            await thief.connect()
        assert thief.byes[0]["code"] == "ticket-spent"
    thief = Browser(story.processes.port, PrivateKey.generate(), "s1")
    with pytest.raises(ConnectionError):
        await thief.connect()
    assert thief.byes[0]["code"] == "unknown-session"


async def test_another_sites_page_may_not_open_a_link(story: Story) -> None:
    for origin in ("https://evil.example", None, "null"):
        story.browser.origin = origin
        with pytest.raises((ConnectionError, RefusedUpgradeError)) as caught:
            await story.browser.connect()
        if isinstance(caught.value, RefusedUpgradeError):
            assert caught.value.status == 403
    await until(lambda: len(story.processes.logged("link.cross_site_refused")) == 3)


async def test_a_cut_by_the_web_process_reaches_both_ends(story: Story) -> None:
    await story.begin()
    reason = {"code": "revoked", "sentence": "Lotus Hotels revoked the contract."}
    status, answer = await story.processes.ask_front("/sessions/s1/cut", reason)
    assert (status, answer) == (200, {"cut": 1})
    await until(lambda: story.browser.closed)
    assert story.browser.closed == reason
    await until(lambda: [kind for kind, _ in story.device.told] == [34])
    cut = json.loads(story.device.told[0][1])
    assert (cut["channel"], cut["code"]) == ("s1.1", "revoked")


async def test_a_session_that_was_cut_opens_nothing_more_under_its_grant(story: Story) -> None:
    await story.begin()
    reason = {"code": "ended", "sentence": "Wei Zhang ended the session."}
    await story.processes.ask_front("/sessions/s1/cut", reason)
    await until(lambda: story.browser.closed)
    await story.open(number=2)
    refusal = story.browser.refused
    assert (refusal["code"], refusal["sentence"]) == ("session-over", reason["sentence"])
    assert [kind for kind, _ in story.device.told] == [34]


async def test_the_web_process_gets_nonces_and_sends_documents(story: Story) -> None:
    offline, answer = await story.processes.ask_front(f"/devices/{DEVICE}/nonce", {})
    assert (offline, answer["code"]) == (409, "device-offline")
    await story.device.connect()

    async def has_nonces() -> bool:
        state = await story.processes.state()
        return state["links"].get(DEVICE, {}).get("nonces") == 8

    await until(has_nonces)
    _, first = await story.processes.ask_front(f"/devices/{DEVICE}/nonce", {})
    _, second = await story.processes.ask_front(f"/devices/{DEVICE}/nonce", {})
    assert (first["nonce"], second["nonce"]) == ("01" * 16, "02" * 16)
    document = {"id": "d1", "kind": "contract", "body": "{}", "signatures": []}
    _, sent = await story.processes.ask_front(
        f"/devices/{DEVICE}/documents", {"documents": [document]}
    )
    assert sent == {"sent": True}
    await until(lambda: story.device.told)
    assert json.loads(story.device.told[0][1]) == document


async def test_the_newest_connection_of_an_instance_wins(story: Story) -> None:
    await story.device.connect()
    story.admit(generation=2)
    newer = Device(story.processes.port, story.customer.device_key)
    story.peers.append(newer)
    await newer.connect()
    await until(lambda: story.device.byes)
    assert story.device.byes[0]["code"] == "superseded"
    assert (await story.processes.state())["links"][DEVICE]["generation"] == 2


async def test_a_cloned_device_is_held_to_health(story: Story) -> None:
    await story.begin()
    story.admit(generation=2, hold="health")
    clone = Device(story.processes.port, story.customer.device_key)
    clone.instance = "instance-2"
    story.peers.append(clone)
    await clone.connect()
    assert clone.welcome["hold"] == "health"
    await until(lambda: story.browser.closed)
    assert story.browser.closed["code"] == "held"
    await until(lambda: story.device.byes)
    assert story.device.byes[0]["code"] == "held"
    await story.device.connect()
    assert story.device.welcome["hold"] == "health"
    assert not clone.byes
    await story.open(2)
    assert story.browser.refused["code"] == "held"


async def test_an_unknown_device_is_turned_away(story: Story) -> None:
    stranger = Device(story.processes.port, PrivateKey.generate())
    with pytest.raises(ConnectionError):
        await stranger.connect()
    assert stranger.byes[0]["code"] == "unknown-key"


@pytest.mark.parametrize(
    "message",
    [
        b"\x42\x01\x00",
        b"\x0b\x80\x02\x00\x00" + bytes(8),
        b"\x01\x02{}",
        b"\x05\x01x",
        b"\x0d\x02\x10\x05",
        bytes(131_073),
    ],
    ids=["unknown", "oversized", "challenge", "not-json", "gap", "message"],
)
async def test_malformed_frames_are_the_peers_fault_and_logged(
    story: Story, message: bytes
) -> None:
    await story.device.connect()
    story.device.message(message)
    await asyncio.wait_for(story.device.gone.wait(), 60)
    if len(message) < 131_072:
        await until(lambda: story.processes.logged("link.peer_at_fault"))
    other = Device(story.processes.port, story.customer.device_key)
    story.peers.append(other)
    await other.connect()


async def test_a_full_disk_ends_the_session_and_says_why(story: Story, tmp_path: Path) -> None:
    story.processes.kill_front()
    story.processes.wrapper = ["prlimit", "--fsize=300000"]
    await story.processes.start_front()
    await story.begin()
    story.device.write(bytes(1_000_000))
    await until(lambda: story.browser.closed)
    assert story.browser.closed["code"] == "recorder-failed"
    assert "File too large" in story.browser.closed["sentence"]
    await until(lambda: [kind for kind, _ in story.device.told] == [34])
    await until(lambda: "recorder-failed" in story.events())
    read_segment(segment_of(story.processes.data / "recordings/s1/1/0000.rbs"))
