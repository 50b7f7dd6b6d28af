"""`reachback demo`: the hotel story on real processes, from one command.

Without a word: prepare, seed, start everything, print addresses and sign-ins. With a word: act on
the running demo (`break`, `repair`, `cut SECONDS`, `status`).
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import shutil
import subprocess
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path

from reachback.config import installation, serve
from reachback.config.demo import cable
from reachback.config.demo.hotel import place, shells
from reachback.config.demo.places import Places
from reachback.config.environment import envint, envpath
from reachback.config.supervisor import Program, Supervisor

DEFAULT_PORT = 8700
READY_SECONDS = 120.0
MODULE = (sys.executable, "-m")
PEOPLE = (
    ("ops", "Maya Lindqvist", "operations manager, Northstar Managed Systems"),
    ("tech", "Tomás Rivera", "technician, Northstar Managed Systems"),
    ("hotel", "Chen Wei", "administrator, Lotus Hotels"),
)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="reachback demo", description=__doc__)
    parser.add_argument(
        "word", nargs="?", default="run", choices=["run", "break", "repair", "cut", "status"]
    )
    parser.add_argument("seconds", nargs="?", type=float, default=10.0, help="for cut")
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=envint("REACHBACK_PORT", default=DEFAULT_PORT))
    parser.add_argument(
        "--data", type=Path, default=envpath("REACHBACK_DATA", default=Path("var/demo"))
    )
    parser.add_argument("--fresh", action="store_true", help="forget the last demo first")
    parser.add_argument(
        "--no-cable",
        action="store_true",
        help="connect the hotel directly, for measurements; only a new demo can be made so",
    )
    return parser


def say(line: str = "") -> None:
    """Write a line to the person at the terminal."""
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


def main(arguments: list[str]) -> int:
    """Run or steer the demo."""
    options = _parser().parse_args(arguments)
    data = options.data.expanduser().absolute()
    places = Places(data)
    if options.word != "run":
        return steer(options.word, options.seconds, places)
    if options.fresh and data.exists():
        end_machine(places)
        shutil.rmtree(data)
        shutil.rmtree(places.hotel, ignore_errors=True)
    if options.no_cable:
        data.mkdir(parents=True, exist_ok=True)
        places.ports(cable=options.port)
    return run(places, options.host, options.port)


def steer(word: str, seconds: float, places: Places) -> int:
    """Act on a demo that is running; say what was done."""
    if not places.note.exists():
        say(f"No demo was started in {places.data}. Run: make demo")
        return 1
    if word == "break":
        place.break_it(places.service)
        say("The configuration was saved from a word processor. The check notices within seconds.")
    elif word == "repair":
        place.repair(places.service)
        say("The backup was put back and the service restarted.")
    elif word == "cut":
        try:
            cable.order(places.cable, f"cut {seconds:g}")
        except OSError:
            say("The demo is not running.")
            return 1
        say(f"The hotel's cable is cut for {seconds:g} s.")
    else:
        say(place.run(places.service, "status") or "guest registration was never started")
    return 0


def environment(places: Places, host: str, port: int) -> dict[str, str]:
    """Return the variables every process of the demo reads."""
    return {
        **serve.environment(data=places.data, host=host, port=port),
        "REACHBACK_DEMO": "1",
        "REACHBACK_TUNNEL_HOSTS": "page-*.localhost",
        "DJANGO_SETTINGS_MODULE": "reachback.config.settings",
    }


def programs(places: Places, shared: dict[str, str], port: int) -> list[Program]:
    """Return web and front, and beside them the cable and the machine in the hotel."""
    ports = places.ports()
    relay = (*MODULE, "reachback.config.demo.cable", str(ports["cable"]), str(port))
    laid = [Program("cable", (*relay, str(places.cable)), shared)]
    return [
        *serve.programs("all", shared),
        *(laid if ports["cable"] != port else []),
        Program("hotel", (*MODULE, "reachback.config.demo.device", str(places.data)), shared),
    ]


def run(places: Places, host: str, port: int) -> int:
    """Prepare, seed and run until told to stop."""
    started = time.monotonic()
    if not _free(host, port):
        say(f"Port {port} is taken. Choose another: make demo REACHBACK_PORT={port + 10}")
        return 1
    installation.prepare(places.data)
    shared = environment(places, host, port)
    os.environ.update(shared)
    say("Preparing the database and 90 days of sample history …")
    seeded = subprocess.run([*MODULE, "reachback.config.demo.seeding"], check=False)
    if seeded.returncode != 0:
        say("The sample history could not be written; nothing was started.")
        return seeded.returncode
    log = (places.data / "demo.log").open("a", encoding="utf-8")

    def keep(line: str) -> None:
        log.write(line + "\n")
        log.flush()

    supervisor = Supervisor(programs(places, shared, port), places.data / "run", say=keep)
    try:
        return asyncio.run(_supervised(supervisor, host, port, started, places))
    finally:
        end_machine(places)
        log.close()


def end_machine(places: Places) -> None:
    """End what lives on the hotel's machine beside its connector: the service and open shells."""
    place.run(places.service, "stop")
    shells.end(places.device)


def _free(host: str, port: int) -> bool:
    """Whether nobody listens there yet."""
    try:
        urllib.request.urlopen(f"http://{host}:{port}/-/live", timeout=1).close()
    except urllib.error.HTTPError:
        return False
    except (urllib.error.URLError, OSError):
        return True
    return False


async def _supervised(
    supervisor: Supervisor, host: str, port: int, started: float, places: Places
) -> int:
    """Run the supervisor; announce when the first page answers."""
    running = asyncio.create_task(supervisor.run())
    ready = await asyncio.to_thread(wait_ready, host, port, places)
    if ready:
        announce(port, time.monotonic() - started, places)
    else:
        say(f"The demo did not become ready; see {places.data / 'demo.log'}")
    return await running


def wait_ready(host: str, port: int, places: Places) -> bool:
    """Wait until the web process answers and the hotel's device is linked and pinned."""
    until = time.monotonic() + READY_SECONDS
    url = f"http://{host}:{port}/demo/state.json"
    while time.monotonic() < until:
        try:
            with urllib.request.urlopen(url, timeout=5) as answer:
                state = json.load(answer)
            if state.get("device") == "ready":
                return True
        except (urllib.error.URLError, OSError, ValueError):
            pass
        time.sleep(0.25)
    return False


def announce(port: int, seconds: float, places: Places) -> None:
    """Print where to go and who is who."""
    say(f"\nReachback is running; the first page was ready after {seconds:.0f} s.\n")
    say(f"  The story    http://localhost:{port}/\n")
    for host, name, role in PEOPLE:
        say(f"  {name:<16} http://{host}.localhost:{port}/demo/enter/   {role}")
    say("\n  One click signs in; each address keeps its own sign-in, so three fit in one browser.")
    say(f"  From another machine: ssh -L {port}:127.0.0.1:{port} HOST, then the same addresses.")
    say("  Break the hotel: the button on the first page, or `.venv/bin/reachback demo break`.")
    say(f"  Log: {places.data / 'demo.log'}    Stop: Ctrl-C\n")
