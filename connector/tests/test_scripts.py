"""Scripts on a real device: signed ones run within their limits, everything else does not run."""

import asyncio
import hashlib
import json
import os
import pwd
import signal
import tempfile
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from link_front import PATIENCE, CuttingProxy, Front
from lotus_customer import USER, Customer
from lotus_device import Device

from reachback_wire.documents import Capability, Envelope

STDERR, EXEC, DENIED, EXIT = 11, 7, 8, 5
# A script as administrator needs shell.admin: where the tests are root, it runs as somebody else.
RUN_AS = "nobody" if os.geteuid() == 0 else USER


@pytest.fixture
def place() -> Iterator[Path]:
    """A folder that the script's user may write to."""
    with tempfile.TemporaryDirectory() as name:
        Path(name).chmod(0o777)
        yield Path(name)


def exists(path: Path | str) -> bool:
    return Path(path).exists()


@pytest.fixture
async def linked(front: Front, device: Device, proxy: CuttingProxy) -> Device:
    """A device whose contract allows any script as this user."""
    front.customer.with_clause(
        capabilities=(Capability("exec", any=True), Capability("shell.user", (USER,)))
    )
    await device.link(front, proxy.port)
    return device


def parameters(text: bytes, **changes: Any) -> dict[str, Any]:
    return {
        "run_as": RUN_AS,
        "script": f"sha256:{hashlib.sha256(text).hexdigest()}",
        "size": len(text),
        "interpreter": "sh",
        "arguments": [],
        "time_limit": 60,
        "output_limit": 1 << 20,
        **changes,
    }


def wish(customer: Customer, text: bytes, first: bytes | None = None, **changes: Any) -> Envelope:
    given = text if first is None else first
    return customer.wish(kind="exec", parameters=parameters(text, **changes), first=given)


def grant(front: Front, **changes: Any) -> Envelope:
    """A grant for one run, over a nonce no grant has shown yet."""
    wanted = {"capabilities": ("exec",), "uses": 1, **changes}
    return front.customer.sealed_grant(front.nonces.pop(0), **wanted)


async def begin(front: Front, text: bytes, **changes: Any) -> None:
    word, value = await front.open(grant(front), wish(front.customer, text, **changes))
    assert word == "opened", value


async def ended(front: Front, seconds: float = PATIENCE) -> dict[str, Any]:
    """What EXEC testifies once the channel is over; the whole record is checked."""
    await front.until(lambda: front.channels[16].closed is not None, seconds)
    channel = front.channels[16]
    assert channel.contiguous()
    last, chain = channel.receipts()[-1], channel.chain()
    assert last["event"] == "end"
    assert (last["leaves"], last["head"]) == (chain.count, chain.head.hex())
    told = [json.loads(unit.body[24:]) for unit in channel.controls(EXEC)]
    gone = json.loads(channel.controls(EXIT)[0].body[24:])
    assert len(told) == 1
    for name in ("status", "signal", "reason"):
        assert told[0][name] == gone[name]
    found: dict[str, Any] = told[0]
    return found


def errors(front: Front) -> bytes:
    return b"".join(unit.body[24:] for unit in front.channels[16].controls(STDERR))


async def test_a_script_gets_its_arguments_and_keeps_its_outputs_apart(
    front: Front, linked: Device
) -> None:
    text = b'echo "$1/$2/$REACHBACK_DEEP"; echo oh >&2; cat; exit 3\n'
    arguments = [{"name": "days", "value": 7}, {"name": "deep", "value": True}]
    await begin(front, text, arguments=arguments)
    told = await ended(front)
    assert front.channels[16].output == b"7/true/true\n"
    assert errors(front) == b"oh\n"
    assert (told["status"], told["signal"], told["reason"]) == (3, None, "ended")
    assert told["arguments"] == arguments
    assert told["script"] == f"sha256:{hashlib.sha256(text).hexdigest()}"
    digest = f"sha256:{hashlib.sha256(b'7/true/true' + bytes([10])).hexdigest()}"
    assert told["stdout"] == {"bytes": 12, "sha256": digest}
    assert told["left"] == 0


@pytest.mark.parametrize(
    ("interpreter", "text"),
    [
        ("bash", b"shopt -s nullglob; A=(1 2 3); echo ${#A[@]}\n"),
        ("python3", b"import sys\nprint(len(sys.argv[1:]) + 3, flush=True)\n"),
    ],
)
async def test_other_interpreters_run_it(
    front: Front, linked: Device, interpreter: str, text: bytes
) -> None:
    await begin(front, text, interpreter=interpreter)
    assert (await ended(front))["status"] == 0
    assert front.channels[16].output == b"3\n"


async def test_a_long_text_follows_as_the_channels_input(front: Front, linked: Device) -> None:
    text = b"# " + b"x" * 200_000 + b"\necho whole\n"
    await begin(front, text, first=text[:1000])
    front.type(text[1000:])
    assert (await ended(front))["status"] == 0
    assert front.channels[16].output == b"whole\n"


async def test_a_changed_text_never_runs(front: Front, linked: Device, place: Path) -> None:
    """Whole with OPEN it is refused; sent afterwards, the device testifies that it denied it."""
    text = b"touch " + os.fsencode(place / "made") + b"\n"
    changed = text.replace(b"made", b"evil")
    held = grant(front)
    word, value = await front.open(held, wish(front.customer, text, changed))
    assert (word, value["code"]) == ("refused", "parameter-refused")
    word, value = await front.open(held, wish(front.customer, text, changed[:9]))
    assert word == "opened", value
    front.type(changed[9:])
    told = await ended(front)
    assert (told["reason"], told["began"]) == ("refused", 0)
    denied = json.loads(front.channels[16].controls(DENIED)[0].body[24:])
    assert denied["sentence"] == "The text is not the script that was signed."
    assert not exists(place / "evil")
    assert not exists(place / "made")


async def test_what_the_contract_does_not_name_is_refused(front: Front, device: Device) -> None:
    text, named = b"echo no\n", b"echo yes\n"
    digest = f"sha256:{hashlib.sha256(named).hexdigest()}"
    front.customer.with_clause(capabilities=(Capability("exec", (digest,)),))
    await device.enrol(front, front.customer)
    front.documents = front.customer.documents()
    await device.run()
    await front.linked()
    await front.until(lambda: len(front.reports) >= 2)
    held = grant(front)
    word, value = await front.open(held, wish(front.customer, text))
    assert (word, value["code"]) == ("refused", "parameter-refused")
    root = wish(front.customer, named, run_as="root")
    word, value = await front.open(held, root)
    assert (word, value["code"]) == ("refused", "parameter-refused")
    assert "allows no script as administrator" in value["sentence"]
    word, value = await front.open(held, wish(front.customer, named))
    assert word == "opened", value
    await ended(front)
    assert front.channels[16].output == b"yes\n"


async def test_a_clause_that_names_users_is_kept_by_the_device(
    front: Front, device: Device
) -> None:
    text, other = b"id -un\n", b"echo other\n"
    named, second = (f"sha256:{hashlib.sha256(each).hexdigest()}" for each in (text, other))
    account = pwd.getpwuid(os.geteuid()).pw_name
    front.customer.with_clause(
        capabilities=(
            Capability("exec", (named,), run_as=(account,)),
            Capability("exec", (second,), run_as=("somebody",)),
        )
    )
    await device.enrol(front, front.customer)
    front.documents = front.customer.documents()
    await device.run()
    await front.linked()
    await front.until(lambda: len(front.reports) >= 2)
    held = grant(front)
    for unfit in (
        wish(front.customer, text, run_as="somebody"),
        wish(front.customer, other, run_as=account),
    ):
        word, value = await front.open(held, unfit)
        assert (word, value["code"], value["by"]) == ("refused", "parameter-refused", "device")
    word, value = await front.open(held, wish(front.customer, text, run_as=account))
    assert word == "opened", value
    assert f"as {account} on " in value["sentence"]
    await ended(front)
    channel = front.channels[16]
    assert channel.output == f"{account}\n".encode()
    assert channel.receipts()[-1]["note"] == f"as {account}"


async def test_it_runs_once_and_a_repeat_gets_the_first_answer(
    front: Front, linked: Device, place: Path
) -> None:
    text = f"echo ran >>{place}/runs; while [ ! -e {place}/go ]; do sleep 0.05; done\n".encode()
    held, first = grant(front), wish(front.customer, text)
    answer = await front.open(held, first)
    assert answer[0] == "opened"
    assert await front.open(held, first) == answer
    second = front.customer.wish("s1.2", kind="exec", parameters=parameters(text), first=text)
    word, value = await front.open(held, second, ch=17)
    assert (word, value["code"]) == ("refused", "grant-spent")
    many = grant(front, id="grant-2", uses=0)
    third = front.customer.wish(
        "s1.3", grant="grant-2", kind="exec", parameters=parameters(text), first=text
    )
    word, value = await front.open(many, third, ch=18)
    assert (word, value["code"]) == ("refused", "capability-refused")
    (place / "go").touch()
    await ended(front)
    assert (place / "runs").read_text() == "ran\n"


async def test_runaway_output_ends_at_the_limit(front: Front, linked: Device) -> None:
    await begin(front, b"yes >&2 & yes\n", output_limit=300_000)
    told = await ended(front)
    assert (told["reason"], told["signal"]) == ("output-limit", "KILL")
    assert told["stdout"]["bytes"] + told["stderr"]["bytes"] == 300_000
    assert len(front.channels[16].output) + len(errors(front)) == 300_000


async def test_the_time_limit_ends_even_what_ignores_being_asked(
    front: Front, linked: Device
) -> None:
    await begin(front, b"trap '' TERM; echo on; while :; do sleep 1; done\n", time_limit=3)
    told = await ended(front)
    assert (told["reason"], told["signal"]) == ("time-limit", "KILL")
    assert front.channels[16].output == b"on\n"


async def test_what_a_script_detaches_ends_with_it(
    front: Front, linked: Device, place: Path
) -> None:
    """It forks, leaves its session and closes everything: it is still met and ended."""
    note = place / "pid"
    text = f"setsid sh -c 'echo $$ >{note}; exec sleep 300' </dev/null >/dev/null 2>&1 &\n"
    text += f"while [ ! -s {note} ]; do sleep 0.05; done\n"
    await begin(front, text.encode())
    told = await ended(front)
    assert (told["status"], told["left"]) == (0, 1)
    assert not exists(f"/proc/{note.read_text().strip()}")


async def test_the_technician_stops_it(front: Front, linked: Device) -> None:
    await begin(front, b"echo on; sleep 300\n")
    await front.sees(b"on")
    front.command(17, b"TERM")
    told = await ended(front)
    assert (told["reason"], told["signal"]) == ("stopped", "TERM")


async def test_leaving_stops_it(front: Front, linked: Device) -> None:
    await begin(front, b"echo on; sleep 300\n")
    await front.sees(b"on")
    front.close_channel()
    assert (await ended(front))["reason"] == "stopped"


@pytest.mark.parametrize("effect", ["freeze", "kill"])
async def test_a_revocation_cuts_it(front: Front, linked: Device, effect: str, place: Path) -> None:
    """Frozen it runs on unseen; with `kill` it is gone."""
    text = f"echo on; while [ ! -e {place}/go ]; do sleep 0.05; done\n"
    text += f"echo unseen; touch {place}/ended; sleep 0.2\n"
    if effect == "kill":
        front.customer.with_clause(on_cut="kill")
        contract = front.customer.contract
        front.customer.contract = replace(contract, serial=contract.serial + 1)
        envelope = front.customer.documents()[1]
        front.control(32, {"id": "c2", "kind": envelope.type, **envelope.to_json()})
        await front.until(lambda: len(front.reports) >= 3)
    await begin(front, text.encode())
    await front.sees(b"on")
    holder = linked.holders()[0]
    revocation = front.customer.revocation()
    front.control(32, {"id": "n", "kind": "narrow", **revocation.to_json()})
    told = await ended(front)
    assert told["reason"] == "cut"
    assert front.channels[16].output == b"on\n"
    (place / "go").touch()
    async with asyncio.timeout(PATIENCE):
        while exists(f"/proc/{holder}"):  # noqa: ASYNC110 - another process ends
            await asyncio.sleep(0.05)
    assert exists(place / "ended") == (effect == "freeze")


async def test_a_script_survives_a_lost_link_and_a_killed_control_process(
    front: Front, linked: Device, proxy: CuttingProxy
) -> None:
    text = b"for i in $(seq 1 3000); do echo line-$i; done; sleep 1; echo last >&2; exit 4\n"
    proxy.plan = [3_000, 9_000]
    proxy.cut()
    await front.until(lambda: front.links >= 2)
    await begin(front, text)
    await front.sees(b"line-40\n")
    await linked.kill_control(signal.SIGKILL)
    await linked.run()
    told = await ended(front)
    assert (told["status"], told["reason"]) == (4, "ended")
    lines = front.channels[16].output.split()
    assert lines == [b"line-%d" % n for n in range(1, 3001)]
    assert errors(front) == b"last\n"
