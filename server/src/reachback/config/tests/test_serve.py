"""The supervisor keeps programs running, and the web process serves, answers and stops."""

import asyncio
import http.client
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from reachback.config import cli, installation, serve
from reachback.config.supervisor import Program, Supervisor
from reachback.kernel.front import _SocketConnection

LONG = 90


def python(code: str) -> tuple[str, ...]:
    return (sys.executable, "-c", code)


async def supervise(programs: list[Program], run: Path, until: str) -> list[str]:
    """Run the programs until one says `until`, then stop as SIGTERM would; return what was said."""
    said: list[str] = []
    seen = asyncio.Event()

    def say(line: str) -> None:
        said.append(line)
        if until in line:
            seen.set()

    supervisor = Supervisor(programs, run, say)
    running = asyncio.create_task(supervisor.run())
    await asyncio.wait_for(seen.wait(), LONG)
    os.kill(os.getpid(), signal.SIGTERM)
    assert await asyncio.wait_for(running, LONG) == 0
    return said


async def test_a_program_that_dies_is_started_again(tmp_path: Path) -> None:
    marks = tmp_path / "marks"
    code = (
        f"import os; f = open({str(marks)!r}, 'a'); f.write('x'); f.close(); "
        f"n = os.path.getsize({str(marks)!r}); print('life', n, flush=True); "
        "os.kill(os.getpid(), 9) if n < 3 else input()"
    )
    forever = "import signal; print('steady', flush=True); signal.pause()"
    programs = [Program("mortal", python(code)), Program("steady", python(forever))]
    said = await supervise(programs, tmp_path, "life 3")
    assert [line for line in said if "life" in line] == [
        f"mortal     | life {n}" for n in (1, 2, 3)
    ]
    assert "supervisor | mortal ended (-9), again in 0.1 s" in said
    assert sum("steady" in line for line in said) <= 1


async def test_an_endless_line_neither_blocks_nor_ends_the_relay(tmp_path: Path) -> None:
    code = "print('y' * 300_000); print('after', flush=True); import signal; signal.pause()"
    said = await supervise([Program("loud", python(code))], tmp_path, "after")
    assert max(map(len, said)) < 70_000


def test_the_data_directory_is_private_and_its_secrets_stay(tmp_path: Path) -> None:
    data = tmp_path / "data"
    installation.prepare(data)
    secret = (data / "run" / "front.secret").read_text()
    assert len(secret) == 64
    installation.prepare(data)
    assert (data / "run" / "front.secret").read_text() == secret
    assert data.stat().st_mode & 0o777 == 0o700
    assert (data / "keys" / "secret_key").stat().st_mode & 0o777 == 0o600


def test_roles_choose_what_runs(tmp_path: Path) -> None:
    shared = serve.environment(data=tmp_path, host="::1", port=8700)
    assert shared["REACHBACK_LISTEN"] == "[::1]:8700"
    assert [p.name for p in serve.programs("all", shared)] == ["web", "front"]
    assert [p.name for p in serve.programs("front", shared)] == ["front"]
    (worker,) = serve.programs("worker", shared)
    assert worker.arguments[-1] == "--no-http"


def test_the_command_line_explains_itself(capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main([]) == 2
    assert cli.main(["--help"]) == 0
    assert "serve" in capsys.readouterr().out
    assert cli.main(["sreve"]) == 2
    assert "there is no command 'sreve'" in capsys.readouterr().err


@pytest.fixture
def web(tmp_path: Path) -> Iterator[tuple[subprocess.Popen[str], Path, dict[str, str]]]:
    kept = {k: v for k, v in os.environ.items() if k != "REACHBACK_DATABASE_URL"}
    environment = {**kept, "REACHBACK_DATA": str(tmp_path), "PYTHONPATH": os.pathsep.join(sys.path)}
    command = [sys.executable, "-m", "reachback.config.cli", "web"]
    with subprocess.Popen(command, env=environment, stderr=subprocess.PIPE, text=True) as process:
        assert process.stderr is not None
        for line in process.stderr:
            if "ready on" in line:
                break
        yield process, tmp_path, environment
        process.kill()


def get(path: Path, address: str) -> http.client.HTTPResponse:
    with closing(_SocketConnection(path / "run" / "web.sock", LONG)) as connection:
        connection.request("GET", address, headers={"Host": "front.internal"})
        with connection.getresponse() as answer:
            answer.read()
            return answer


def test_the_web_process_serves_owns_the_database_and_stops(
    web: tuple[subprocess.Popen[str], Path, dict[str, str]],
) -> None:
    process, data, environment = web
    answer = get(data, "/-/front/ready")
    assert answer.status == 200
    assert answer.headers["Content-Security-Policy"].startswith(
        "default-src 'self'; script-src 'self';"
    )
    command = [sys.executable, "-m", "reachback.config.cli"]

    def run(*words: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [*command, *words], env=environment, capture_output=True, text=True, check=False
        )

    shown = run("manage", "showmigrations", "kernel")
    assert "[X] 0001_initial" in shown.stdout, shown.stderr
    refused = run("manage", "shell")
    assert (refused.returncode, "Stop Reachback first" in refused.stderr) == (1, True)
    saved = run("backup", str(data / "copy.sqlite3"))
    assert saved.returncode == 0, saved.stderr
    assert (data / "reachback.sqlite3").stat().st_mode & 0o077 == 0
    process.terminate()
    assert process.wait(LONG) == 0
    with socket.socket(socket.AF_UNIX) as peer, pytest.raises(ConnectionRefusedError):
        peer.connect(str(data / "run" / "web.sock"))
    assert run("manage", "showmigrations", "kernel").returncode == 0
