"""What a shell survives: cut links, killed control processes, killed helpers, a full spool."""

import asyncio
import hashlib
import json
import os
import re
import secrets
import signal
from pathlib import Path

import pytest
from link_front import CuttingProxy, Front
from lotus_device import Device


async def _ended(front: Front) -> None:
    front.type(b"exit 0\n")
    await front.until(lambda: front.channels[16].closed is not None)


def _verify(front: Front) -> None:
    """The record is contiguous, and the end receipt signs exactly its leaves."""
    channel = front.channels[16]
    assert channel.contiguous()
    last, chain = channel.receipts()[-1], channel.chain()
    assert last["event"] == "end"
    assert (last["leaves"], last["head"]) == (chain.count, chain.head.hex())


async def test_twenty_cuts_inside_frames_lose_and_repeat_nothing(
    front: Front, shell: Device, proxy: CuttingProxy
) -> None:
    loop = b"for i in $(seq 1 20000); do echo line-$i-end; done"
    front.type(b"stty -echo; echo one'-'ready; read x; " + loop + b"; echo all'-'done\n")
    await front.sees(b"one-ready")
    chance = secrets.SystemRandom()
    proxy.plan = [chance.randrange(3_000, 12_000) for _ in range(20)]
    front.type(b"\n")
    proxy.cut()
    await front.until(lambda: proxy.cuts >= 21, 150)
    await front.sees(b"all-done")
    found = re.findall(rb"line-(\d+)-end", front.channels[16].output)
    assert [int(n) for n in found if n != b"$i"] == list(range(1, 20001))
    await _ended(front)
    _verify(front)


async def test_a_shell_outlives_its_killed_control_process(front: Front, shell: Device) -> None:
    front.type(b"stty -echo; MARK=kept; echo one'-'ready\n")
    await front.sees(b"one-ready")
    await shell.kill_control(signal.SIGKILL)
    await shell.run()
    await front.until(lambda: front.links >= 2)
    front.type(b"echo still-$MARK\n")
    assert (await front.sees(b"still-kept")).count(b"still-kept") == 1
    await _ended(front)
    _verify(front)


async def test_a_shell_outlives_its_killed_helper(front: Front, shell: Device) -> None:
    front.type(b"stty -echo; MARK=kept; echo one'-'ready\n")
    await front.sees(b"one-ready")
    pid = shell.helper_pid()
    os.kill(pid, signal.SIGKILL)
    front.type(b"echo still-$MARK\n")
    await front.sees(b"still-kept")
    front.abort()  # the next link needs a helper: the control process starts one
    await front.until(lambda: front.links >= 2)
    assert shell.helper_pid() not in {0, pid}
    await _ended(front)
    _verify(front)
    status, out, err = await shell.command("receipts")
    assert status == 0, out + err


async def test_what_overflows_the_spool_is_a_declared_gap(
    front: Front, shell: Device, proxy: CuttingProxy, tmp_path: Path
) -> None:
    """100 MiB while the link is down: 65 MiB are kept, the rest is declared, the job finishes."""
    script = tmp_path / "flood.py"
    script.write_text(
        "import os,sys\nline=b'%07d'+b'x'*1016+b'\\n'\nfor i in range(102400):\n"
        " data=line%i\n while data: data=data[os.write(1,data):]\n"
        f"open('{tmp_path}/finished','w').close()\n"
    )
    wait = f"while [ ! -e {tmp_path}/go ]; do sleep 0.05; done"
    flood = f"stty -echo -opost; echo one'-'ready; {wait}; python3 {script}; read x\n"
    front.type(flood.encode())
    await front.sees(b"one-ready")
    await proxy.stop()
    (tmp_path / "go").touch()
    async with asyncio.timeout(150):
        while not (tmp_path / "finished").exists():  # noqa: ASYNC110 - another process makes it
            await asyncio.sleep(0.1)
    await proxy.start_again()
    await front.until(lambda: front.links >= 2)
    await front.until(lambda: front.channels[16].gaps, 150)
    front.type(b"\nexit\n")
    await front.until(lambda: front.channels[16].closed is not None)
    _verify(front)
    channel = front.channels[16]
    gap = channel.gaps[0]
    start = next(o for o, u in channel.units if u is gap)
    kept = sum(len(u.data) for o, u in channel.units if hasattr(u, "data") and o < start)
    assert kept > 60 << 20
    lines = b"".join(b"%07d" % i + b"x" * 1016 + b"\n" for i in range(102400))
    output = b"".join(u.data for o, u in channel.units if hasattr(u, "data") and o < start)
    seen = len(output) - output.index(b"0000000x")
    assert output[-seen:] == lines[:seen]
    missing = lines[seen:]
    assert len(missing) == gap.length
    assert hashlib.sha256(missing).digest() == gap.sha256


async def test_a_secret_typed_without_echo_leaves_only_a_hash(front: Front, shell: Device) -> None:
    """getpass switches echo off: the bytes are in nothing the front got, nor on the disk."""
    secret = "Hunter2-" + secrets.token_hex(8)
    front.type(b"stty -echo; read -s -p 'Pass''word:' P; echo got-${#P}\n")
    await front.sees(b"Password:")
    front.type(secret.encode() + b"\n")
    await front.sees(b"got-24")
    front.type(b"stty echo\n")
    await _ended(front)
    _verify(front)
    assert front.channels[16].controls(3)
    assert secret.encode() not in bytes(front.raw)
    for path in shell.state.rglob("*"):
        if path.is_file():
            assert secret.encode() not in path.read_bytes(), path


async def test_output_nobody_takes_is_held_back_and_memory_stays_small(
    front: Front, shell: Device
) -> None:
    front.credit = 0
    front.read_no_more()
    front.type(b"yes 0123456789012345678901234567890123456789\n")
    holder = shell.holders()[0]
    await asyncio.sleep(3)
    assert _resident(holder) < 60 << 20
    front.read_on()


def _resident(pid: int) -> int:
    return int(Path(f"/proc/{pid}/statm").read_text().split()[1]) * 4096


@pytest.mark.parametrize("effect", ["freeze", "kill"])
async def test_a_revocation_cuts_the_live_shell(front: Front, device: Device, effect: str) -> None:
    front.customer.with_clause(on_cut=effect)
    await device.enrol(front, front.customer)
    front.documents = front.customer.documents()
    await device.run()
    await front.linked()
    await front.until(lambda: len(front.reports) >= 2)
    grant = front.customer.sealed_grant(front.nonces[0])
    await front.open(grant, front.customer.wish())
    front.type(b"sleep 300\n")
    await front.until(lambda: front.channels[16].controls(2))
    envelope = front.customer.revocation()
    front.control(32, {"id": "n", "kind": "narrow", **envelope.to_json()})
    await front.until(lambda: front.channels[16].closed is not None)
    assert front.channels[16].closed["code"] == "revoked"
    _verify(front)
    exit_state = json.loads(front.channels[16].controls(5)[0].body[24:])
    assert exit_state == {"status": None, "signal": "KILL" if effect == "kill" else None}
    word, value = await front.open(grant, front.customer.wish("s1.2"), ch=17)
    assert (word, value["code"]) == ("refused", "revoked")
