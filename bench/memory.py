"""Resident memory: connector, front and web of an idle installation, and an idle device's link.

PSS: shared pages are shared out, so that the sum of all processes is what the machine has less.
Peers: MeshAgent (written in C) 9.6 MB PSS; MeshCentral's server 102 MB PSS, 0.24 MB a device.
"""

import re
import subprocess
import sys
import time
from pathlib import Path

from journeys.demo import Demo

from bench.installation import installed
from bench.results import Figure, Report

IDLE_SECONDS = 20
LINKS = 2_000
BAR_CONNECTOR, BAR_LINK = 40.0, 0.06


def pss(pid: int) -> float:
    """Proportional set size of a process in MiB."""
    for line in Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines():
        if line.startswith("Pss:"):
            return int(line.split()[1]) / 1024
    return 0.0


def helpers(demo: Demo) -> list[int]:
    """Process ids of the connector's helper, found by the demo's own folder."""
    words = f"reachback_connector.helper --state {demo.data}"
    found = subprocess.run(["pgrep", "-f", words], capture_output=True, text=True, check=False)
    return [int(pid) for pid in found.stdout.split()]


def resident(report: Report, demo: Demo) -> None:
    """Weigh the installation's processes."""
    time.sleep(IDLE_SECONDS)
    control, rest = pss(demo.pid("hotel")), [pss(pid) for pid in helpers(demo)]
    total = control + sum(rest)
    report.add(
        Figure(
            "connector idle: control process + helper",
            f"{total:.1f} MiB ({control:.1f} + {sum(rest):.1f})",
            "9.6 MB",
            f"{9.6 / 1.048576 / total:.2f} : 1",
            f"≤ {BAR_CONNECTOR:.0f} MiB",
            total <= BAR_CONNECTOR and bool(rest),
        )
    )
    front, web = pss(demo.pid("front")), pss(demo.pid("web"))
    words = f"{front + web:.1f} MiB ({front:.1f} + {web:.1f})"
    peer = 102.3 / 1.048576
    report.add(Figure("front + web", words, "102.3 MB", f"{peer / (front + web):.2f} : 1"))


def links(report: Report) -> None:
    """Weigh idle devices' links in a front of their own."""
    command = [sys.executable, "-m", "bench.idle_links", str(LINKS)]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    found = re.search(r"([0-9.]+) MB \+ ([0-9.]+) MB each", done.stdout)
    if found is None:
        raise ValueError(done.stdout)
    each = float(found[2])
    report.add(
        Figure(
            f"idle device's link, {LINKS} devices, without TLS",
            f"{each:.4f} MB (front {found[1]} MB before)",
            "0.24 MB, with TLS",
            f"{0.24 / each:.1f} : 1",
            f"≤ {BAR_LINK} MB with TLS",
        )
    )
    report.notes.append("The bar for a link is with TLS, this figure is without: no verdict.")


def run(folder: Path) -> Report:
    """See the module."""
    report = Report()
    with installed(folder, "--no-cable") as demo:
        resident(report, demo)
    links(report)
    return report
