"""A restart of the device: judged twice, other sessions ended first, known by its boot id.

The machine is played by these tests: the command that would restart it writes a file, the boot id
is read from another one, and its processes are killed as a machine kills them.
"""

import asyncio
import json
import os
import secrets
import signal
import time
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest
from link_front import Channel, Front
from lotus_customer import HOUR, Customer, now
from lotus_device import Device

from reachback_connector.helper.restart import prepare_restart
from reachback_connector.platform import linux_restart
from reachback_connector.platform.linux import Linux
from reachback_wire.documents import Capability, Clause, Open, When, Who, Window
from reachback_wire.documents.contract import DAYS
from reachback_wire.refusals import Refusal

ALWAYS = When("UTC", (Window(tuple(DAYS), "00:00", "00:00"),))
NEVER = When("UTC", ())


class Machine(Device):
    """A device whose restart is a file, and whose boot id another."""

    def __init__(self, state: Path) -> None:
        self.asked = state.parent / "restart-asked"
        self.boot_file = state.parent / "boot-id"
        self.boot_file.write_text("boot-1")
        command = f"touch {self.asked}"
        environment = {"REACHBACK_RESTART_COMMAND": command}
        super().__init__(state, REACHBACK_BOOT_ID_FILE=str(self.boot_file), **environment)

    async def struck(self) -> None:
        """Wait until the machine was asked to restart."""
        async with asyncio.timeout(30):
            while not self.asked.exists():  # noqa: ASYNC110 - another process makes it
                await asyncio.sleep(0.05)

    async def go_down(self) -> None:
        """Everything ends, nobody says good-bye, and the kernel starts anew."""
        holders = self.holders()
        await self.kill_control()
        for pid in [self.helper_pid(), *holders]:
            os.kill(pid, signal.SIGKILL)
        self.boot_file.write_text(f"boot-{secrets.token_hex(4)}")


def restarts(customer: Customer, when: When | None = None) -> None:
    """The contract allows the restart, in these hours, beside the shell."""
    clause = Clause(2, (Capability("reboot"),), who=Who(teams=("Remote team",)), when=when)
    customer.contract = replace(
        customer.contract, clauses=(customer.contract.clauses[0], clause), recording="required"
    )


@pytest.fixture
async def machine(front: Front, tmp_path: Path) -> AsyncIterator[Machine]:
    restarts(front.customer)
    found = Machine(tmp_path / "state")
    status, _, err = await found.enrol(front, front.customer)
    assert status == 0, err
    front.documents = front.customer.documents()
    await found.run()
    await front.linked()
    await front.until(lambda: len(front.reports) >= 2)
    yield found
    await found.end()


async def ask_restart(
    front: Front, *, at: int = 0, ch: int = 17, **grant: object
) -> tuple[str, dict[str, object]]:
    """OPEN of a restart under a grant of its own."""
    customer = front.customer
    changes = {"id": "grant-r", "capabilities": ("reboot",), "uses": 1, **grant}
    sealed = customer.sealed_grant(front.nonces[-1], **changes)
    wish = customer.wish("s1.2", grant="grant-r", kind="reboot", parameters={"at": at})
    word, value = await front.open(sealed, wish, ch=ch)
    return word, value


def exit_of(channel: Channel) -> dict[str, object]:
    value: dict[str, object] = json.loads(channel.controls(5)[0].body[24:])
    return value


async def test_a_restart_ends_the_shell_with_whole_testimony_and_then_strikes(
    front: Front, machine: Machine
) -> None:
    word, value = await front.open(
        front.customer.sealed_grant(front.nonces[0]), front.customer.wish()
    )
    assert word == "opened", value
    front.type(b"echo one'-'ready\n")
    await front.sees(b"one-ready")
    word, value = await ask_restart(front)
    assert (word, value["kind"], value["clause"]) == ("opened", "reboot", 2)
    await machine.struck()
    shell, restart = front.channels[16], front.channels[17]
    await front.until(lambda: shell.closed and restart.closed)
    assert (shell.closed["code"], restart.closed["code"]) == ("rebooting", "rebooting")
    assert exit_of(shell) == {"status": None, "signal": None, "reason": "rebooting"}
    assert exit_of(restart)["reason"] == "rebooting"
    for channel in (shell, restart):
        assert channel.contiguous()
        last = channel.receipts()[-1]
        assert (last["event"], last["head"]) == ("end", channel.chain().head.hex())
    status, out, err = await machine.command("receipts")
    assert status == 0, out + err


async def test_who_stops_control_while_the_device_goes_down_hears_a_farewell(
    front: Front, machine: Machine
) -> None:
    await ask_restart(front)
    await machine.struck()
    await machine.kill_control(signal.SIGTERM)
    told = [each for each in front.reports if each["kind"] == "rebooting"]
    assert [each["boot"] for each in told] == ["boot-1"]


async def test_stopping_control_alone_is_no_restart(front: Front, machine: Machine) -> None:
    await machine.kill_control(signal.SIGTERM)
    assert not [each for each in front.reports if each["kind"] == "rebooting"]


async def test_after_the_restart_hello_names_another_boot_and_the_old_grant_opens_a_new_shell(
    front: Front, machine: Machine
) -> None:
    grant = front.customer.sealed_grant(front.nonces[0])
    word, value = await front.open(grant, front.customer.wish())
    assert word == "opened", value
    links = front.links
    await machine.go_down()
    await machine.run()
    await front.until(lambda: front.links > links and front.hellos[-1].boot != "boot-1")
    assert front.hellos[0].boot == "boot-1"
    word, value = await front.open(grant, front.customer.wish("s1.2"), ch=17)
    assert word == "opened", value


async def test_a_planned_restart_waits_for_its_time(front: Front, machine: Machine) -> None:
    at = now() + 2_500
    word, _ = await ask_restart(front, at=at)
    assert word == "opened"
    assert not machine.asked.exists()
    await machine.struck()
    assert time.time_ns() // 1_000_000 >= at


async def test_a_planned_restart_is_called_off_by_who_asked(front: Front, machine: Machine) -> None:
    await ask_restart(front, at=now() + HOUR // 2)
    front.close_channel(17)
    await front.until(lambda: front.channels[17].closed)
    assert exit_of(front.channels[17])["reason"] == "cancelled"
    assert not machine.asked.exists()


async def test_a_planned_restart_is_judged_again_when_its_time_comes(
    front: Front, machine: Machine
) -> None:
    """The customer signs another contract meanwhile: the old grant restarts nothing."""
    await ask_restart(front, at=now() + 3_000)
    customer = front.customer
    customer.contract = replace(
        customer.contract, serial=2, clauses=customer.contract.clauses[:1], issued=now()
    )
    envelope = customer.documents()[1]
    front.control(32, {"id": "c2", "kind": "contract", **envelope.to_json()})
    await front.until(lambda: front.channels[17].closed, 30)
    assert front.channels[17].closed["code"] != "rebooting"
    assert not machine.asked.exists()


@pytest.mark.parametrize(
    ("when", "changes", "code"),
    [
        (NEVER, {}, "outside-window"),
        (ALWAYS, {"uses": 0}, "capability-refused"),
        (ALWAYS, {"capabilities": ("shell.user",)}, "capability-refused"),
    ],
)
async def test_the_device_refuses_a_restart_the_contract_does_not_give(
    front: Front, tmp_path: Path, when: When, changes: dict[str, object], code: str
) -> None:
    restarts(front.customer, when)
    machine = Machine(tmp_path / "state")
    try:
        await machine.enrol(front, front.customer)
        front.documents = front.customer.documents()
        await machine.run()
        await front.linked()
        await front.until(lambda: len(front.reports) >= 2)
        word, value = await ask_restart(front, **changes)
        assert (word, value["code"]) == ("refused", code)
        assert not machine.asked.exists()
    finally:
        await machine.end()


def test_where_nothing_may_restart_the_device_the_open_is_refused_before_it_is_spent(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """The place where systemd shows itself is moved away: this very machine is never restarted."""
    monkeypatch.setattr(linux_restart, "_SYSTEMD", tmp_path / "no-systemd")
    monkeypatch.delenv(linux_restart.COMMAND, raising=False)
    wish = Open("grant-r", "s1.1", "reboot", {"at": 0}, 1)
    with pytest.raises(Refusal) as refused:
        prepare_restart(wish, Linux())
    assert refused.value.code == "capability-refused"
    assert not Linux().going_down()
    monkeypatch.setenv(linux_restart.COMMAND, "/sbin/openrc-shutdown --reboot now")
    assert linux_restart.command() == ["/sbin/openrc-shutdown", "--reboot", "now"]
