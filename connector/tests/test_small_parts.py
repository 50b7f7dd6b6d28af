"""The parts that need no process: logs, spools, addresses, back-off, checks, who may enter."""

import os
import resource
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reachback_connector import durable, unix
from reachback_connector.checks.changes import Snapshot, clean, compare, take
from reachback_connector.control.address import parse, proxy_for
from reachback_connector.control.backoff import Backoff
from reachback_connector.errors import StateError, UsageError
from reachback_connector.helper.channels import ChannelBook, ChannelRecord
from reachback_connector.holder.log import Spool, UnitLog
from reachback_connector.layout import Layout, checked_key
from reachback_connector.platform import current
from reachback_wire.units import CtrlUnit, DataUnit


def test_the_control_process_never_loads_what_knows_keys() -> None:
    script = (
        "import sys, reachback_connector.cli, reachback_connector.commands.run\n"
        "found = {'cryptography', 'aiohttp', 'django', 'asyncssh', 'numpy'} & set(sys.modules)\n"
        "wire = {'reachback_wire.signing', 'reachback_wire.trust'} & set(sys.modules)\n"
        "sys.exit(str(found or wire) if found or wire else 0)\n"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, check=False)
    assert done.returncode == 0, done.stderr


@given(
    st.lists(st.tuples(st.integers(1, 3000), st.booleans()), min_size=1, max_size=120),
    st.randoms(use_true_random=False),
)
def test_a_log_gives_back_every_unit_whatever_lay_on_disk(
    writes: list[tuple[int, bool]],
    chance: Any,  # noqa: ANN401 - a seeded Random from hypothesis; its module is closed to us
) -> None:
    """Small limits force head, spool and tail; acks and re-reads come at random."""
    path = Path(f"/tmp/spool-{os.getpid()}")
    log = UnitLog(Spool(path, limit=60_000), memory_limit=20_000)
    expected: dict[int, object] = {}
    kept = bytearray()
    for number, (size, control) in enumerate(writes):
        unit = CtrlUnit(7, b"c%d" % number) if control else DataUnit(bytes([number % 251]) * size)
        start = log.end
        if log.append(unit, must=control):
            expected[start] = unit if control else None
            kept += b"\0" if control else unit.data  # type: ignore[union-attr]
        if chance.random() < 0.3:
            log.ack(chance.randint(log.acked, log.end))
    at, got = log.acked, bytearray(kept[: log.acked])
    while at < log.end:
        unit = log.read(at, chance.choice([1, 500, 65_536]))
        if unit is None:  # an ack stands inside a control unit only when it was never there
            raise AssertionError(at)
        got += unit.data if isinstance(unit, DataUnit) else b"\0"
        at += unit.length
    assert bytes(got) == bytes(kept)
    log.ack(log.end)
    assert log.held == 0
    log.remove()
    assert not path.exists()


def test_a_spool_that_may_not_grow_refuses_and_keeps_what_it_has(tmp_path: Path) -> None:
    """RLIMIT_FSIZE stands for the full disk."""
    spool = Spool(tmp_path / "spool")
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (10_000, hard))
    try:
        taken = [spool.add(n * 4000, DataUnit(bytes([n]) * 4000)) for n in range(4)]
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    assert taken == [True, True, False, False]
    assert spool.find(4000) == (4000, DataUnit(b"\x01" * 4000))


def test_only_listed_users_may_enter_and_root_is_not_special() -> None:
    assert unix.may_enter(unix.Peer(1, 1001, 1001), {1001})
    assert not unix.may_enter(unix.Peer(1, 0, 0), {1001})
    assert not unix.may_enter(unix.Peer(1, 1002, 1001), {1001, 0})


def test_the_kernel_names_the_peer_and_long_paths_work(tmp_path: Path) -> None:
    folder = tmp_path / ("long" * 30)
    folder.mkdir()
    with unix.listen(folder / "a.sock") as server, unix.connect(folder / "a.sock"):
        accepted, _ = server.accept()
        peer = unix.peer_of(accepted)
        accepted.close()
    assert (peer.pid, peer.uid) == (os.getpid(), os.geteuid())


def test_a_torn_journal_line_is_cut_off_and_the_rest_stays(tmp_path: Path) -> None:
    journal = durable.Journal(tmp_path / "j")
    journal.append({"n": 1})
    journal.close()
    with (tmp_path / "j").open("ab") as file:
        file.write(b'{"n":2')
    again = durable.Journal(tmp_path / "j")
    again.append({"n": 3})
    assert [value["n"] for value in again] == [1, 3]
    again.close()


@pytest.mark.parametrize("key", ["../../etc/passwd", "a/b", "", ".hidden", "a\0b", "x" * 200])
def test_a_channel_key_cannot_leave_its_folder(key: str) -> None:
    with pytest.raises(StateError):
        checked_key(key)


def test_plain_http_is_for_this_machine_only() -> None:
    assert not parse("http://127.0.0.1:8000/x").secure
    assert not parse("ws://hotel.localhost:8000/-/link/device").secure
    with pytest.raises(UsageError, match="use https://"):
        parse("http://support.example.com")


def test_the_environment_names_the_proxy_and_its_sign_in() -> None:
    address = parse("https://support.example.com")
    proxy = proxy_for(address, {"HTTPS_PROXY": "http://desk:p%40ss@proxy:3128"})
    assert proxy is not None
    assert (proxy.host, proxy.port) == ("proxy", 3128)
    assert proxy.authorization == "Basic ZGVzazpwQHNz"
    assert proxy_for(address, {"https_proxy": "http://p:1", "NO_PROXY": ".example.com"}) is None
    assert proxy_for(parse("http://localhost:1"), {"http_proxy": "http://p:1"}) is None


def test_back_off_is_fast_at_first_jittered_and_capped() -> None:
    backoff = Backoff()
    waits = [backoff.next() for _ in range(40)]
    assert 0.05 <= waits[0] <= 0.15
    assert max(waits) <= 60.0
    assert len(set(waits)) == 40
    backoff.answered()
    assert backoff.next() <= 6.4
    for _ in range(20):
        backoff.interrupted()
        assert backoff.next() <= 0.4
    backoff.succeeded()
    assert backoff.next() <= 0.15


def test_a_channel_whose_process_is_dead_gives_its_number_back_at_once(tmp_path: Path) -> None:
    layout = Layout(tmp_path)
    layout.helper.mkdir()
    platform = current()
    book = ChannelBook(layout, platform)
    with subprocess.Popen(["sleep", "600"]) as holder:
        started = platform.process_started(holder.pid) or 0
        dead = ChannelRecord(
            "s1.1", 16, "shell", "s1", "shell.user", "", "", "freeze", 0, holder.pid, started
        )
        book.add(dead)
        assert list(book.living()) == [dead]
        holder.kill()
        os.waitid(os.P_PID, holder.pid, os.WEXITED | os.WNOWAIT)
        assert list(book.living()) == []


def test_what_changed_is_told_in_clean_bounded_sentences(tmp_path: Path) -> None:
    path = tmp_path / "guests.conf"
    path.write_text("port = 8080\nname = Lotus\n")
    before = take({"path": str(path)}, current())
    path.write_text("port = 8O8O\nname = Lotus\n\x1b[31m<script>" + "x" * 1000 + "\n")
    told = compare({"path": str(path)}, before, take({"path": str(path)}, current()))
    assert "was changed at" in told[0]
    assert "Removed: port = 8080" in told
    assert "Added: port = 8O8O" in told
    assert all(line.isprintable() and len(line) <= 300 for line in told)
    path.unlink()
    assert (
        "was removed"
        in compare({"path": str(path)}, before, take({"path": str(path)}, current()))[0]
    )
    restarted = compare(
        {"process": "svc"}, Snapshot(present=True, pid=1), Snapshot(present=True, pid=2)
    )
    assert "restarted" in restarted[0]


def test_control_characters_are_made_visible() -> None:
    assert clean("a\x1b]0;x\x07\u202eb") == "a\\x1b]0;x\\x07\\x202eb"
