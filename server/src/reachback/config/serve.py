"""`reachback serve`: one command, one port, two processes."""

from __future__ import annotations

import argparse
import asyncio
import os
import sys
from importlib.util import find_spec
from pathlib import Path

from reachback.config import installation
from reachback.config.environment import envint, envpath, envtext
from reachback.config.supervisor import Program, Supervisor

FRONT = "reachback_gateway.program"
ROLES = ("all", "front", "web", "worker")


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="reachback serve", description=__doc__)
    parser.add_argument("--host", default=envtext("REACHBACK_HOST", "127.0.0.1"))
    parser.add_argument("--port", type=int, default=envint("REACHBACK_PORT", default=8700))
    parser.add_argument("--data", type=Path, default=envpath("REACHBACK_DATA", default=Path("var")))
    parser.add_argument("--role", choices=ROLES, default="all")
    return parser


def environment(*, data: Path, host: str, port: int) -> dict[str, str]:
    """Return the variables both processes read (docs/protocols/front.md)."""
    run = data / "run"
    return {
        "REACHBACK_DATA": str(data),
        "REACHBACK_WEB_SOCKET": str(run / "web.sock"),
        "REACHBACK_FRONT_SOCKET": str(run / "front.sock"),
        "REACHBACK_FRONT_SECRET_FILE": str(run / "front.secret"),
        "REACHBACK_LISTEN": f"[{host}]:{port}" if ":" in host else f"{host}:{port}",
        "REACHBACK_TUNNEL_HOSTS": envtext("REACHBACK_TUNNEL_HOSTS", ""),
        "REACHBACK_STATIC": envtext("REACHBACK_STATIC", str(data / "static")),
        "PYTHONUNBUFFERED": "1",
    }


def programs(role: str, shared: dict[str, str]) -> list[Program]:
    """Return what this role runs. Without the gateway package there is no front to run."""
    web = (sys.executable, "-m", "reachback.config.cli", "web")
    found: list[Program] = []
    if role in {"all", "web", "worker"}:
        options = ("--no-http",) if role == "worker" else ()
        found.append(Program("web", (*web, *options), shared))
    if role in {"all", "front"} and find_spec(FRONT) is not None:
        found.append(Program("front", (sys.executable, "-m", FRONT), shared))
    return found


def main(arguments: list[str]) -> int:
    """Prepare the data directory and run the programs of the role until told to stop."""
    options = _parser().parse_args(arguments)
    data: Path = options.data.expanduser().absolute()
    installation.prepare(data)
    shared = environment(data=data, host=options.host, port=options.port)
    os.environ.update(shared)
    supervisor = Supervisor(programs(options.role, shared), data / "run")
    return asyncio.run(supervisor.run())
