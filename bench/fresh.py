"""Fresh clone, `make demo`, first page: seconds with a warm and with a cold package cache.

Cold: uv, pip and npm get empty caches, so that everything comes from the registries.
"""

import contextlib
import os
import signal
import subprocess
import time
import urllib.error
import urllib.request
from pathlib import Path

from checks.ports import free_port

from bench.results import Figure, Report

ROOT = Path(__file__).resolve().parent.parent
LONGEST = 420
BARS = {"warm": 90, "cold": 180}


def environment(folder: Path, *, cold: bool) -> dict[str, str]:
    """What a person's own shell would have, with caches as asked for."""
    kept = {k: v for k, v in os.environ.items() if not k.startswith(("REACHBACK_", "PYTHON"))}
    kept["PATH"] = os.pathsep.join(p for p in kept["PATH"].split(os.pathsep) if "venv" not in p)
    kept.pop("VIRTUAL_ENV", None)
    if cold:
        for name in ("UV_CACHE_DIR", "PIP_CACHE_DIR", "npm_config_cache"):
            kept[name] = str(folder / name)
    return kept


def answers(port: int) -> bool:
    """Whether the first page is there."""
    try:
        with urllib.request.urlopen(f"http://localhost:{port}/", timeout=5) as answer:
            return bool(answer.status == 200)
    except (urllib.error.URLError, OSError):
        return False


def first_page(folder: Path, *, cold: bool) -> float:
    """Seconds from `git clone` to the first page; the demo is ended again."""
    port = free_port()
    clone = folder / ("cold" if cold else "warm")
    began = time.perf_counter()
    subprocess.run(["git", "clone", "--quiet", str(ROOT), str(clone)], check=True)
    with (folder / f"{clone.name}.log").open("w") as log:
        process = subprocess.Popen(
            ["make", "demo"],
            cwd=clone,
            env={**environment(folder, cold=cold), "REACHBACK_PORT": str(port)},
            stdout=log,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
        try:
            while not answers(port):
                if process.poll() is not None or time.perf_counter() - began > LONGEST:
                    raise RuntimeError((folder / f"{clone.name}.log").read_text()[-2_000:])
                time.sleep(0.2)
            return time.perf_counter() - began
        finally:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGTERM)
            process.wait(60)


def run(folder: Path) -> Report:
    """See the module."""
    report = Report()
    for name, bar in BARS.items():
        taken = first_page(folder, cold=name == "cold")
        measure = f"git clone → first page, {name} package cache"
        report.add(Figure(measure, f"{taken:.0f} s", bar=f"≤ {bar} s", met=taken <= bar))
    return report
