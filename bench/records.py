"""Records: search of 10,000 recordings' commands, verifying an hour, and what sealing costs.

The rows are made for it: 10,000 sessions of one customer, 20 commands each, sealed as the front's
are. A search is what the page does, database included. The hour is a shell with a key every 0.3 s,
screens of output and a receipt every 10 s, judged by `reachback verify`'s own function.
"""

import os
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path

from bench import results

_SESSIONS = 10_000
_SEARCHES = 50
_OUTPUT = 192 * 1_048_576


def run(folder: Path) -> results.Report:
    """Measure all three; each in a process of its own, as Django is set up once."""
    report = results.Report()
    for part in ("search", "verify", "seal"):
        environment = {**os.environ, "REACHBACK_DATA": str(folder / part)}
        environment["REACHBACK_LOG_LEVEL"] = "WARNING"
        done = subprocess.run(
            [sys.executable, "-m", "bench.records", part],
            env=environment,
            capture_output=True,
            text=True,
            check=True,
        )
        for line in done.stdout.splitlines():
            measure, ours, bar, met = line.split(" | ")
            known = {"met": True, "missed": False}.get(met)
            report.add(results.Figure(measure, ours, bar=bar, met=known))
    report.notes.append(
        "The first search after a start opens every row; the page of whoever asks it waits that "
        "long once, in each web process."
    )
    report.notes.append(
        "Sealing: the recorder alone, 16 KiB units flushed four at a time, no link."
    )
    return report


def _say(measure: str, ours: str, bar: str = "", met: str = "") -> None:
    sys.stdout.write(f"{measure} | {ours} | {bar} | {met}\n")


def _django() -> None:
    os.environ["DJANGO_SETTINGS_MODULE"] = "reachback.config.settings"
    import django  # noqa: PLC0415 - this process alone needs it

    from reachback.config import installation  # noqa: PLC0415

    installation.prepare(Path(os.environ["REACHBACK_DATA"]))
    django.setup()


def _timed(act: Callable[[], object], times: int) -> list[float]:
    taken = []
    for _ in range(times):
        start = time.perf_counter()
        act()
        taken.append((time.perf_counter() - start) * 1000)
    return taken


def _search() -> None:
    _django()
    from django.core.management import call_command  # noqa: PLC0415 - after setup

    call_command("migrate", verbosity=0)
    from bench.records_rows import make  # noqa: PLC0415 - models must be loaded first
    from reachback.access.searching import filters, finding  # noqa: PLC0415

    actor = make(_SESSIONS)
    first = _timed(lambda: finding.find(actor, filters.parse("systemctl restart")), 1)[0]
    _say(f"first search of {_SESSIONS:,} recordings after a start", f"{first:.0f} ms")
    for text in ("systemctl restart", "needle-9731", "nothing-like-it", "who:tomas journalctl"):
        found = len(finding.find(actor, filters.parse(text)).found)
        taken = _timed(partial(finding.find, actor, filters.parse(text)), _SEARCHES)
        high = results.percentile(taken, 0.99)
        met = "met" if high <= 200 else "missed"
        label = f"search {_SESSIONS:,} recordings for “{text}” (first page: {found})"
        _say(label, results.spread(taken), "≤ 200 ms", met)


def _verify() -> None:
    _django()
    from reachback.access.tests.recorded import Recorder  # noqa: PLC0415 - after setup
    from reachback.access.verifier.verdict import verify  # noqa: PLC0415

    recorder = Recorder()
    recorder.start()
    began = recorder.at
    screen = "".join(f"{n:04} 10.0.0.{n % 250} GET /index.html 200\r\n" for n in range(24))
    beat = 0
    while recorder.at - began < 3_600_000 - 1_000:
        recorder.input("l")
        recorder.output("l" if beat % 20 else screen)
        beat += 1
        if beat % 17 == 0:
            recorder.receipt("progress")
    recorder.end()
    data = recorder.export()
    taken = _timed(lambda: verify(data, recorder.papers.trust), 3)
    verdict = verify(data, recorder.papers.trust)
    size = f"{len(data) / 1_048_576:.1f} MiB, {verdict.chunks:,} chunks"
    median = statistics.median(taken) / 1000
    met = "met" if verdict.whole and median <= 2 else "missed"
    _say(f"verify 1 h of recording ({size})", f"{median:.2f} s", "≤ 2 s", met)


def _seal() -> None:
    from reachback_gateway.recorder.recording import Recording  # noqa: PLC0415 - this part alone
    from reachback_gateway.recorder.vault import Vault  # noqa: PLC0415
    from reachback_wire.recording import SegmentHeader  # noqa: PLC0415
    from reachback_wire.sealing import RecordsKeys  # noqa: PLC0415
    from reachback_wire.units import DataUnit  # noqa: PLC0415

    folder = Path(os.environ["REACHBACK_DATA"])
    vault = Vault(folder / "keys", RecordsKeys.parse("7e" * 32))
    header = SegmentHeader(
        session="s", channel="1", key="s.1", kind="shell", device="d", organisation="o",
        node="main", generation=1, index=0, start_offset=0, started=0, previous="", contract="",
        grant="",
    )  # fmt: skip
    unit = DataUnit(os.urandom(16_384))
    rates: dict[bool, list[float]] = {False: [], True: []}
    for turn in range(5):
        for sealed, found in rates.items():
            recording = Recording(folder / f"{turn}-{sealed}", vault if sealed else None)
            recording.begin(header, now=1)
            start = time.process_time()
            for number in range(_OUTPUT // 16_384):
                recording.append(recording.end, unit, number)
                if number % 4 == 3:
                    recording.flush()
            found.append(_OUTPUT * 8 / 1e6 / (time.process_time() - start))
            recording.close()
            for path in (folder / f"{turn}-{sealed}").iterdir():
                path.unlink()
    plain, under = (statistics.median(rates[each]) for each in (False, True))
    _say("recorder alone, unsealed", f"{plain:,.0f} Mbit/s of processor time")
    _say(
        "recorder alone, sealed",
        f"{under:,.0f} Mbit/s of processor time ({(under / plain - 1) * 100:+.0f} %)",
    )


if __name__ == "__main__":
    {"search": _search, "verify": _verify, "seal": _seal}[sys.argv[1]]()
