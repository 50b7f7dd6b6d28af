"""200 resets inside frames during a shell that counts and answers keys: what is lost or repeated.

Half of them hit the technician's link, half the device's; each connection is reset after a random
number of bytes. The shell prints 1;2;3;… and, through `cat`, every key; both are compared byte for
byte, and the recording with what the technician received. Peer: MeshCentral loses the session at
the first reset, in under 10 ms, without a way back to the shell.
"""

import asyncio
import re
import secrets
import time
from pathlib import Path

from gateway.tests.cutter import Cutter
from journeys.demo import Demo

from bench import terminals
from bench.installation import installed
from bench.results import Figure, Report
from bench.technician import Shell, Technician
from reachback.config.demo import cable
from reachback.config.demo.places import Places
from reachback_wire.recording import read_segment
from reachback_wire.sealing import RecordsKeys, unseal
from reachback_wire.units import DataUnit

RESETS_EACH = 100
LETTERS = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ"
GO = re.compile(rb"GO:")
# In a subshell, so that bash prints no job number among the counter's.
COUNT = (
    b"stty raw -echo; (printf 'G%s:' O; (n=0; while :; do for k in {1..50}; do n=$((n+1)); "
    b"printf '%s;' $n || exit; done; sleep 0.02; done) & cat)\r"  # ends with its terminal
)
PATIENCE = 420


class Session:
    """The shell under the knife, and what was typed into it."""

    def __init__(self, shell: Shell, cutter: Cutter) -> None:
        self.shell = shell
        self.cutter = cutter
        self.typed = bytearray()
        self.start = 0

    async def begin(self) -> None:
        """Start counter and `cat`; return when both run."""
        await terminals.seen(self.shell, terminals.PROMPT)
        await terminals.settled(self.shell)
        before = len(self.shell.received)
        self.shell.type(COUNT)
        await terminals.seen(self.shell, GO, start=before)
        found = GO.search(self.shell.received, before)
        assert found is not None
        self.start = found.end()

    async def suffer(
        self,
        demo: Demo,
        *,
        each: int = RESETS_EACH,
        between: tuple[int, int] = (1_000, 10_000),
        patience: float = PATIENCE,
    ) -> int:
        """Type while both links are cut; return the number of the device link's resets."""
        places = Places(demo.data)
        least, most = between
        snips = [least + secrets.randbelow(most - least) for _ in range(each)]
        cable.order(places.cable, "snip " + " ".join(map(str, snips)))
        self.cutter.cutting = True
        staying = asyncio.create_task(self._stay())
        until = time.monotonic() + patience
        while time.monotonic() < until:
            self.type(3)
            await asyncio.sleep(0.05)
            self.cutter.cutting = self.cutter.cuts < each
            if not self.cutter.cutting and self.resumes(demo) >= each:
                break
        self.cutter.cutting = False
        cable.order(places.cable, "snip 999999999")
        try:
            async with asyncio.timeout(60):
                while len(self.echoed()) < len(self.typed):  # noqa: ASYNC110 - bytes, no event
                    await asyncio.sleep(0.1)
        except TimeoutError:
            pass  # what is missing is counted below
        staying.cancel()
        return self.resumes(demo)

    async def _stay(self) -> None:
        await self.shell.gone.wait()
        await self.shell.stay()

    def resumes(self, demo: Demo) -> int:
        """How often the connector has lost its link so far, during its greeting too."""
        return (demo.data / "demo.log").read_text("utf-8").count("The connection was lost")

    def type(self, count: int) -> None:
        """Type some letters; without a link they wait in the browser."""
        keys = bytes(secrets.choice(LETTERS) for _ in range(count))
        self.typed += keys
        self.shell.typed.write(keys)
        if self.shell.link is not None and not self.shell.gone.is_set():
            self.shell.link.wake(self.shell.ch)
            self.shell.flush()

    def echoed(self) -> bytes:
        """The letters that came back."""
        return bytes(byte for byte in self.shell.received[self.start :] if byte in LETTERS)

    def counted(self) -> bytes:
        """The counter's bytes that came."""
        return bytes(byte for byte in self.shell.received[self.start :] if byte not in LETTERS)


def differences(found: bytes, expected: bytes) -> int:
    """Bytes from the first difference on; 0 when equal."""
    if found == expected:
        return 0
    same = next(
        (n for n, pair in enumerate(zip(found, expected, strict=False)) if pair[0] != pair[1]),
        min(len(found), len(expected)),
    )
    return max(len(found), len(expected)) - same


def recorded(demo: Demo, shell: Shell) -> bytes:
    """Everything the recorder has of this shell's output."""
    folder = demo.data / "recordings" / shell.session / "1"
    keys = RecordsKeys.parse((demo.data / "keys" / "records_key").read_text())
    content = b""
    for path in sorted(folder.glob("*.rbs")):
        for record in read_segment(unseal(path.read_bytes(), keys).content).units:
            content += record.unit.data if isinstance(record.unit, DataUnit) else b""
    return content


async def measure(report: Report, demo: Demo) -> None:
    """Cut and compare."""
    technician = Technician(demo)
    await technician.enter()
    await technician.find_button()
    cutter = Cutter(demo.port, secrets.randbelow(1 << 30))
    await cutter.start()
    shell = await technician.connect(cutter.port)
    session = Session(shell, cutter)
    await session.begin()
    began = time.perf_counter()
    before = session.resumes(demo)
    device = await session.suffer(demo) - before
    seconds = time.perf_counter() - began
    counted = session.counted()
    number = counted.count(b";") + 1
    expected = b"".join(b"%d;" % n for n in range(1, number + 1))[: len(counted)]
    wrong = differences(counted, expected)
    keys = differences(session.echoed(), bytes(session.typed))
    recording = differences(bytes(shell.received), recorded(demo, shell)[: len(shell.received)])
    say(report, (cutter.cuts, device), (len(counted), wrong), (len(session.typed), keys), recording)
    lost = int(bool(shell.closed))
    peer = "lost at the first"
    report.add(Figure("sessions lost", str(lost), peer, bar="0", met=lost == 0))
    report.notes.append(f"{seconds:.0f} s, {cutter.cuts + device} resets.")
    await shell.end()
    await technician.close()
    await cutter.close()


def say(
    report: Report, cuts: tuple[int, int], out: tuple[int, int], keys: tuple[int, int], rec: int
) -> None:
    """Report the comparisons."""
    words = f"{cuts[0]} of the technician's link, {cuts[1]} of the device's"
    report.add(Figure("resets", words, bar="≥ 200", met=sum(cuts) >= 2 * RESETS_EACH))
    for name, (total, wrong) in (("output", out), ("keys", keys)):
        line = f"{wrong} of {total}"
        measure = f"bytes of {name} lost or repeated"
        report.add(Figure(measure, line, bar="0", met=wrong == 0 and total > 0))
    report.add(Figure("bytes that differ from the recording", str(rec), bar="0", met=rec == 0))


def run(folder: Path) -> Report:
    """See the module."""
    report = Report()
    with installed(folder) as demo:
        asyncio.run(measure(report, demo))
    return report
