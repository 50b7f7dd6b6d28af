"""What the front refused or endured reaches the web process, for the audit log."""

import asyncio
import json
import signal

import pytest

from reachback_wire.signing import PrivateKey

from .client_socket import RefusedUpgradeError
from .customer import DEVICE
from .peers import Device
from .processes import Processes, until
from .test_links import Story, story

__all__ = ["story"]


def told(processes: Processes, kind: str) -> list[dict[str, object]]:
    batches = [batch["incidents"] for batch in processes.told("incidents")]
    return [each for batch in batches for each in batch if each["kind"] == kind]


@pytest.mark.parametrize(
    ("message", "code"),
    [(b"\x42\x01\x00", "malformed"), (bytes(131_073), "too-large")],
    ids=["unknown", "message"],
)
async def test_a_malformed_frame_is_told_with_its_device(
    story: Story, message: bytes, code: str
) -> None:
    await story.device.connect()
    story.device.message(message)
    await asyncio.wait_for(story.device.gone.wait(), 60)
    await until(lambda: told(story.processes, "peer-at-fault"))
    found = told(story.processes, "peer-at-fault")[0]
    assert (found["device"], found["leg"], found["count"]) == (DEVICE, "device", 1)
    assert (found["code"], found["remote"]) == (code, "127.0.0.1")
    assert found["sentence"]


async def test_who_may_not_enter_is_told(story: Story) -> None:
    stranger = Device(story.processes.port, PrivateKey.generate())
    with pytest.raises(ConnectionError):
        await stranger.connect()
    await until(lambda: told(story.processes, "link-refused"))
    found = told(story.processes, "link-refused")[0]
    assert (found["code"], found["leg"]) == ("unknown-key", "device")


async def test_the_same_again_is_counted_and_kept_over_a_restart(story: Story) -> None:
    story.browser.origin = "https://evil.example"
    for _ in range(4):
        with pytest.raises((ConnectionError, RefusedUpgradeError)):
            await story.browser.connect()
    await until(lambda: told(story.processes, "link-refused"))
    assert [each["count"] for each in told(story.processes, "link-refused")] == [1]
    assert story.processes.front is not None
    story.processes.front.send_signal(signal.SIGTERM)
    await asyncio.to_thread(story.processes.front.wait, 60)
    await story.processes.start_front()
    await until(lambda: len(told(story.processes, "link-refused")) == 2)
    assert [each["count"] for each in told(story.processes, "link-refused")] == [1, 3]
    kept = story.processes.data / "links" / "incidents.json"
    await until(lambda: not kept.exists())


async def test_an_outage_of_the_web_process_is_told_when_it_is_back(story: Story) -> None:
    await story.begin()
    await until(lambda: story.events() == ["opened"])
    story.processes.stop_web()
    async with story.processes.http.get(story.processes.address + "/cases/") as answer:
        assert answer.status == 503
    kept = story.processes.data / "links" / "incidents.json"
    await until(lambda: kept.exists() and json.loads(kept.read_text())["since"])
    since = json.loads(kept.read_text())["since"]
    story.processes.kill_front()
    await story.processes.start_front()
    await story.processes.start_web()
    await until(lambda: told(story.processes, "web-down"))
    found = told(story.processes, "web-down")[0]
    assert found["since"] == since
    assert isinstance(found["until"], int)
    assert found["until"] >= since
    assert found["sessions"] == ["s1"]
    await until(lambda: not kept.exists())
