"""Idle memory of the connector: every resident process, proportional set size, against 40 MiB.

    python bench/connector_memory.py            enrols against a small front of its own and measures
    python bench/connector_memory.py --pid 123  measures running processes instead (repeatable)

The figure is the sum of Pss in /proc/PID/smaps_rollup: shared pages are counted once in all.
Peer (anchors in docs): MeshAgent, written in C, 9.6 MB PSS, 12 MB RSS.
"""

import argparse
import asyncio
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT / "connector" / "tests"))

BAR_MIB = 40.0


def pss(pid: int) -> float:
    """Proportional set size of a process in MiB."""
    for line in Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines():
        if line.startswith("Pss:"):
            return int(line.split()[1]) / 1024
    raise SystemExit(f"No Pss for process {pid}.")


def report(pids: dict[str, int]) -> bool:
    """Print a line for each process and the sum; whether it is within the bar."""
    total = 0.0
    for name, pid in pids.items():
        size = pss(pid)
        total += size
        print(f"{name:10} {size:6.1f} MiB PSS  (process {pid})")
    print(f"{'all':10} {total:6.1f} MiB PSS  (bar {BAR_MIB:.0f} MiB; MeshAgent in C: 9.6 MB)")
    return total <= BAR_MIB


async def measure() -> bool:
    """A real enrolment, a real link over loopback, 5 s of idling, then the figures."""
    from link_front import Front  # noqa: PLC0415 - the tests' folder is on the path only now
    from lotus_customer import Customer  # noqa: PLC0415
    from lotus_device import Device  # noqa: PLC0415

    front = Front(Customer())
    await front.start()
    with tempfile.TemporaryDirectory() as folder:
        device = Device(Path(folder) / "state")
        status, _, err = await device.enrol(front, front.customer)
        assert status == 0, err
        front.documents = front.customer.documents()
        await device.run()
        await front.linked()
        await front.until(lambda: len(front.reports) >= 2)
        await asyncio.sleep(5)
        assert device.control is not None
        well = report({"control": device.control.pid, "helper": device.helper_pid()})
        await device.end()
    await front.stop()
    return well


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--pid", type=int, action="append", default=[])
    pids = parser.parse_args().pid
    well = report({str(pid): pid for pid in pids}) if pids else asyncio.run(measure())
    return 0 if well else 1


if __name__ == "__main__":
    sys.exit(main())
