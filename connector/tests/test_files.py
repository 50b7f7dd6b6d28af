"""Files over the installed programs: what is read, written, refused, and what a cut leaves."""

import asyncio
import hashlib
import os
import secrets
import socket
import sys
from pathlib import Path

import pytest
from files_browser import Panel, allow
from link_front import CuttingProxy, Front
from lotus_device import Device

from reachback_connector.files.paths import Spot
from reachback_connector.files.writing import copy_beside


@pytest.fixture
def land(front: Front, tmp_path: Path) -> Path:
    """A folder the contract allows, before the device is given the contract."""
    found = tmp_path / "land"
    found.mkdir()
    allow(front, f"{found}/**")
    return found


@pytest.fixture
async def reading(land: Path, front: Front, linked: Device) -> Panel:
    panel, word, value = await Panel.open(front, "read", land, 16)
    assert word == "opened", value
    return panel


@pytest.fixture
async def writing(land: Path, front: Front, linked: Device) -> Panel:
    panel, word, value = await Panel.open(front, "write", land, 17)
    assert word == "opened", value
    return panel


SWAP = """
import pathlib, sys
land = pathlib.Path(sys.argv[1])
while True:  # ended by the test
    for name in ("real", "link"):
        (land / "new").symlink_to(land / name)
        (land / "new").rename(land / "way")
"""


def _names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


async def test_a_folder_is_listed_with_every_name_as_it_is(reading: Panel, land: Path) -> None:
    names = ["丽江.txt", "two\nlines", "red\x1b[31m", "a" * 255, "\u202egnp.exe"]
    for name in names:
        (land / name).write_text("x")
    (land / os.fsdecode(b"bad\xff")).write_text("x")
    (land / "folder").mkdir()
    answer = await reading.ask("list")
    found = {entry["name"]: entry for entry in answer["entries"]}
    assert set(names) < set(found)
    assert found["folder"]["kind"] == "folder"
    assert found["bad\ufffd"]["raw"] == "YmFk/w=="


async def test_a_long_folder_comes_in_pages(reading: Panel, land: Path) -> None:
    for number in range(900):
        (land / f"{number:04d}-{'long' * 20}").touch()
    names: list[str] = []
    start = 0
    while True:
        page = await reading.ask("list", **{"from": start})
        names += [entry["name"] for entry in page["entries"]]
        start = page["next"]
        if not start:
            break
    assert [name[:4] for name in names] == [f"{number:04d}" for number in range(900)]


@pytest.mark.parametrize("size", [0, 1, 65_536, 3_000_001])
async def test_a_download_is_the_file_and_is_testified(
    reading: Panel, land: Path, size: int
) -> None:
    data = secrets.token_bytes(size)
    (land / "f").write_bytes(data)
    last, content = await reading.get(land / "f")
    digest = hashlib.sha256(data).hexdigest()
    assert (last["sha256"], last["size"], content == data) == (digest, size, True)
    expected = {"operation": "get", "path": str(land / "f"), "size": size, "sha256": digest}
    assert reading.told()[-1] == expected


async def test_a_download_goes_on_at_an_offset_with_the_whole_files_sum(
    reading: Panel, land: Path
) -> None:
    data = secrets.token_bytes(2_500_000)
    (land / "f").write_bytes(data)
    last, content = await reading.get(land / "f", 1_200_000)
    assert content == data[1_200_000:]
    assert last["sha256"] == hashlib.sha256(data).hexdigest()


async def test_cuts_in_the_middle_of_a_download_lose_nothing(
    reading: Panel, front: Front, land: Path, proxy: CuttingProxy
) -> None:
    data = secrets.token_bytes(4_000_000)
    (land / "f").write_bytes(data)
    proxy.plan = [50_000, 90_000, 120_000]
    proxy.cut()
    last, content = await reading.get(land / "f")
    assert proxy.cuts >= 2
    assert content == data
    assert last["sha256"] == hashlib.sha256(data).hexdigest()


async def test_cuts_in_the_middle_of_an_upload_lose_nothing(
    writing: Panel, front: Front, land: Path, proxy: CuttingProxy
) -> None:
    data = secrets.token_bytes(3_000_000)
    proxy.plan = [100_000, 150_000]
    proxy.cut()
    await front.until(lambda: front.links >= 2)
    done = await writing.put(land / "up", data)
    assert done["sha256"] == hashlib.sha256(data).hexdigest()
    assert (land / "up").read_bytes() == data
    assert _names(land) == ["up"]


async def test_an_upload_goes_on_in_a_new_channel_where_the_last_one_ended(
    writing: Panel, front: Front, land: Path
) -> None:
    data = secrets.token_bytes(400_000)
    digest = hashlib.sha256(data).hexdigest()
    number = writing.send("put", path=str(land / "up"), size=len(data), sha256=digest)
    await writing.answer(number)
    await writing.stream(data[:150_000])
    keys = front.channels[17].keys
    await front.until(lambda: keys.acked == keys.end)
    front.close_channel(17)
    await front.until(lambda: front.channels[17].closed is not None)
    assert not (land / "up").exists()
    again, word, value = await Panel.open(front, "write", land, 18)
    assert word == "opened", value
    number = again.send("put", path=str(land / "up"), size=len(data), sha256=digest)
    begun = await again.answer(number)
    assert begun["offset"] == 150_000
    await again.stream(data[150_000:])
    assert (await again.answer(number, 2))["sha256"] == digest
    assert (land / "up").read_bytes() == data


async def test_an_upload_that_is_not_what_was_announced_never_arrives(
    writing: Panel, land: Path
) -> None:
    (land / "f").write_text("before")
    number = writing.send("put", path=str(land / "f"), size=3, sha256="0" * 64)
    assert (await writing.answer(number))["ok"]
    await writing.stream(b"abc")
    last = await writing.answer(number, 2)
    assert last["code"] == "digest"
    assert (land / "f").read_text() == "before"
    assert _names(land) == ["f"]
    assert writing.told() == []


async def test_a_file_larger_than_the_disk_is_refused_before_it_begins(
    writing: Panel, land: Path
) -> None:
    number = writing.send("put", path=str(land / "f"), size=1 << 52, sha256="0" * 64)
    answer = await writing.answer(number)
    assert answer["code"] == "no-space"
    assert answer["needed"] > answer["free"] > 0
    assert _names(land) == []


async def test_an_edit_keeps_what_it_replaces_and_the_mode(writing: Panel, land: Path) -> None:
    (land / "f").write_text("old\n")
    (land / "f").chmod(0o640)
    before = hashlib.sha256(b"old\n").hexdigest()
    done = await writing.put(land / "f", b"new\n", backup=True, expect=before)
    assert (land / done["backup"]).read_text() == "old\n"
    assert (land / "f").read_text() == "new\n"
    assert (land / "f").stat().st_mode & 0o777 == 0o640


def test_what_may_not_be_linked_is_copied_for_the_backup(tmp_path: Path) -> None:
    (tmp_path / "f").write_text("old\n")
    (tmp_path / "f").chmod(0o640)
    folder = os.open(tmp_path, os.O_PATH | os.O_DIRECTORY)
    try:
        spot = Spot(folder, "f", str(tmp_path / "f"))
        copy_beside(spot, "f.bak")
        assert (tmp_path / "f.bak").read_text() == "old\n"
        assert (tmp_path / "f.bak").stat().st_mode & 0o777 == 0o640
        with pytest.raises(FileExistsError):
            copy_beside(spot, "f.bak")
    finally:
        os.close(folder)


async def test_an_edit_of_what_somebody_changed_meanwhile_is_refused(
    writing: Panel, land: Path
) -> None:
    (land / "f").write_text("somebody else's")
    answer = await writing.put(land / "f", b"new", expect=hashlib.sha256(b"old").hexdigest())
    assert answer["code"] == "changed"
    assert (land / "f").read_text() == "somebody else's"


async def test_names_are_made_moved_and_removed(writing: Panel, land: Path) -> None:
    (land / "f").write_text("x")
    (land / "g").write_text("y")
    assert (await writing.ask("mkdir", path=f"{land}/d"))["ok"]
    assert (await writing.ask("rename", path=f"{land}/f", to=f"{land}/d/f"))["ok"]
    taken = await writing.ask("rename", path=f"{land}/g", to=f"{land}/d/f")
    assert taken["code"] == "exists"
    assert (await writing.ask("remove", path=f"{land}/d"))["code"] == "not-empty"
    assert (await writing.ask("remove", path=f"{land}/d/f"))["ok"]
    assert (await writing.ask("remove", path=f"{land}/d"))["ok"]
    assert _names(land) == ["g"]
    assert [told["operation"] for told in writing.told()] == ["mkdir", "rename", "remove", "remove"]


async def test_links_lead_nowhere_the_contract_does_not_allow(
    reading: Panel, land: Path, tmp_path: Path
) -> None:
    (tmp_path / "secret").write_text("secret")
    (land / "out").symlink_to(tmp_path / "secret")
    (land / "up").symlink_to("..")
    (land / "proc").symlink_to("/proc/self/root")
    (land / "in").symlink_to(land / "kept")
    (land / "kept").write_text("kept")
    for path in ("out", "up/secret", f"proc{tmp_path}/secret", "proc/etc/hostname"):
        answer, content = await reading.get(land / path)
        assert answer["code"] in {"outside", "link"}, path
        assert content == b""
    assert (await reading.get(f"{land}/../secret"))[0]["code"] == "path"
    assert (await reading.get(land / "in"))[1] == b"kept"
    assert len(reading.front.channels[16].controls(8)) >= 2


async def test_what_is_no_file_is_not_read(reading: Panel, land: Path) -> None:
    os.mkfifo(land / "pipe")
    with socket.socket(socket.AF_UNIX) as listener:
        folder = os.open(land, os.O_PATH)
        listener.bind(f"/proc/self/fd/{folder}/socket")
        os.close(folder)
        for name in ("pipe", "socket", "."):
            path = land if name == "." else land / name
            assert (await reading.get(path))[0]["code"] == "kind", name


async def test_nothing_is_written_through_a_link(
    writing: Panel, land: Path, tmp_path: Path
) -> None:
    (tmp_path / "victim").write_text("safe")
    (tmp_path / "elsewhere").mkdir()
    (land / "link").symlink_to(tmp_path / "victim")
    (land / "folder").symlink_to(tmp_path / "elsewhere")
    assert (await writing.put(land / "link", b"evil"))["code"] == "kind"
    assert (await writing.put(land / "folder" / "f", b"evil"))["code"] == "outside"
    assert (await writing.ask("mkdir", path=f"{land}/folder/d"))["code"] == "outside"
    assert (tmp_path / "victim").read_text() == "safe"
    assert list((tmp_path / "elsewhere").iterdir()) == []


async def test_a_folder_swapped_for_a_link_all_the_time_gives_nothing_away(
    reading: Panel, land: Path, tmp_path: Path
) -> None:
    outside = tmp_path / "outside"
    outside.mkdir()
    (outside / "f").write_text("secret")
    (land / "real").mkdir()
    (land / "real" / "f").write_text("public")
    (land / "link").symlink_to(outside)
    swapping = await asyncio.create_subprocess_exec(sys.executable, "-c", SWAP, str(land))
    try:
        seen = set()
        for _ in range(150):
            seen.add((await reading.get(land / "way" / "f"))[1])
    finally:
        swapping.kill()
        await swapping.wait()
    assert seen <= {b"public", b""}


async def test_a_channel_that_reads_does_not_write(
    reading: Panel, writing: Panel, land: Path
) -> None:
    assert (await reading.ask("mkdir", path=f"{land}/d"))["code"] == "operation"
    assert (await writing.get(land))[0]["code"] == "operation"
    assert _names(land) == []


async def test_a_path_outside_the_contract_opens_no_channel(
    land: Path, front: Front, linked: Device, tmp_path: Path
) -> None:
    _, word, value = await Panel.open(front, "read", tmp_path)
    assert (word, value["code"]) == ("refused", "parameter-refused")


async def test_a_hundred_megabytes_of_nothing_arrive_with_their_sum(
    reading: Panel, land: Path
) -> None:
    with (land / "sparse").open("wb") as file:
        file.truncate(100_000_000)
    last, content = await reading.get(land / "sparse")
    assert len(content) == 100_000_000
    assert last["sha256"] == hashlib.sha256(content).hexdigest()


async def test_the_receipts_cover_exactly_what_was_told(
    reading: Panel, front: Front, land: Path
) -> None:
    (land / "f").write_text("x")
    await reading.get(land / "f")
    front.close_channel(16)
    channel = front.channels[16]
    await front.until(lambda: channel.closed is not None)
    last, told = channel.receipts()[-1], [u for _, u in channel.units if u.length == 1]
    assert last["event"] == "end"
    assert last["leaves"] == sum(getattr(u, "kind", 0) in {5, 6, 8, 9} for u in told)
    channel.units = [each for each in channel.units if not hasattr(each[1], "data")]
    assert last["head"] == channel.chain().head.hex()


async def test_whoever_asks_nonsense_is_answered(reading: Panel, front: Front) -> None:
    for body in (
        b"",
        b"[]",
        b"\xff",
        b'{"id":1,"do":"get","path":[]}',
        b'{"do":"list","from":"x"}',
    ):
        front.command(24, body, 16)
    answer = await reading.ask("get", path="relative")
    assert answer["code"] == "path"
