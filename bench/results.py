"""What a benchmark found, and the file it is kept in."""

import os
import platform
import statistics
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

FOLDER = Path(__file__).parent / "results"


def load() -> str:
    """Return the load average of the last minute."""
    return f"{os.getloadavg()[0]:.1f}"


@dataclass(frozen=True)
class Figure:
    """One line of a result. `met` is None when no bar is set; `load` is taken when it is made."""

    measure: str
    ours: str
    peer: str = ""
    ratio: str = ""
    bar: str = ""
    met: bool | None = None
    load: str = field(default_factory=load)

    @property
    def verdict(self) -> str:
        """Return what to write in the last column."""
        return {True: "met", False: "**missed**", None: ""}[self.met]


@dataclass
class Report:
    """Figures in order, and sentences that belong beside them."""

    figures: list[Figure] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    def add(self, figure: Figure) -> None:
        """Keep a figure and say it at once."""
        self.figures.append(figure)
        words = (figure.ratio, figure.measure, f"ours {figure.ours}", figure.peer, figure.bar)
        line = " · ".join(word for word in (*words, figure.verdict) if word)
        print(f"  {line} (load {figure.load})", flush=True)


def percentile(values: Sequence[float], share: float) -> float:
    """Return the value below which this share (0…1) of the values lies."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(len(ordered) * share))]


def spread(values: Sequence[float], unit: str = "ms") -> str:
    """Say the median and the 99th percentile."""
    high = percentile(values, 0.99)
    return f"p50 {statistics.median(values):.2f} {unit}, p99 {high:.2f} {unit}"


def machine() -> str:
    """Say what the figures were measured on."""
    model = ""
    for line in Path("/proc/cpuinfo").read_text().splitlines():
        if line.startswith("model name"):
            model = line.partition(":")[2].strip()
            break
    system = f"{platform.system()} {platform.release()}, Python {platform.python_version()}"
    return f"{os.cpu_count()} cores, {model}, {system}"


def keep(name: str, title: str, report: Report) -> Path:
    """Write bench/results/NAME.md."""
    rows = [
        f"| {f.measure} | {f.ratio} | {f.ours} | {f.peer} | {f.bar} | {f.verdict} | {f.load} |"
        for f in report.figures
    ]
    lines = [
        f"# {name}",
        "",
        title,
        "",
        f"Command: `python -m bench {name}`  ",
        f"Date: {datetime.fromtimestamp(_now(), UTC):%Y-%m-%d %H:%M} UTC  ",
        f"Machine: {machine()}, shared with other work; load = average of the last minute",
        "",
        "| measure | peer : ours | ours | peer | bar | | load |",
        "|---|---|---|---|---|---|---|",
        *rows,
        "",
        *(f"- {note}" for note in report.notes),
    ]
    FOLDER.mkdir(exist_ok=True)
    path = FOLDER / f"{name}.md"
    path.write_text("\n".join(lines).rstrip() + "\n", "utf-8")
    print(f"  → {path}", file=sys.stderr)
    return path


def _now() -> float:
    """The process edge's clock, s since 1970."""
    return time.time()
