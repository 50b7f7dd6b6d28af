"""The terminal a shell finds on the device: colour, language, letters of any width, signals."""

import json
from pathlib import Path

from link_front import Front
from lotus_device import Device

from reachback_connector.platform.linux_terminal import language

SIGNAL, SIGNALLED, EXIT = 17, 12, 5
# Says that it runs (again), from the foreground: what follows reaches it and not the shell.
WAITING = """
import signal, time
signal.signal(signal.SIGCONT, lambda *_: print('go' + 'ing', flush=True))
print('wait' + 'ing', flush=True)
while True:
    time.sleep(300)
"""


async def _until_it_waits(front: Front, folder: Path) -> None:
    script = folder / "wait.py"
    script.write_text(WAITING)
    front.type(f"python3 {script}\n".encode())
    await front.sees(b"waiting\r\n")


async def _until_cat_reads(front: Front) -> None:
    """No line editor is at work any more: the kernel itself edits the line."""
    front.type(b"stty -echo; echo no'-'editor; cat\n")
    await front.sees(b"no-editor")


async def _ends(front: Front) -> None:
    front.type(b"exit\n")
    await front.until(lambda: front.channels[16].closed is not None)
    channel = front.channels[16]
    last, chain = channel.receipts()[-1], channel.chain()
    assert (last["leaves"], last["head"]) == (chain.count, chain.head.hex())


async def test_a_shell_is_told_of_true_colour_and_speaks_utf_8(front: Front, shell: Device) -> None:
    front.type(b'echo "colour=$COLORTERM;term=$TERM;$(locale charmap)."\n')
    await front.sees(b"colour=truecolor;term=xterm;UTF-8.")


async def test_letters_of_any_width_go_in_and_come_out_whole(front: Front, shell: Device) -> None:
    await _until_cat_reads(front)
    front.type("登记表 é 🙂 e\u0301\n".encode())
    await front.sees("登记表 é 🙂 e\u0301\r\n".encode())


async def test_the_kernel_erases_a_letter_and_not_a_byte_of_it(front: Front, shell: Device) -> None:
    """What `cat` and `read` get from a person who corrects a wide letter."""
    await _until_cat_reads(front)
    front.type("客\x7f人é\x7fe\n".encode())
    await front.sees("人e\r\n".encode())


async def test_control_c_interrupts_and_control_z_stops(
    front: Front, shell: Device, tmp_path: Path
) -> None:
    await _until_it_waits(front, tmp_path)
    front.type(b"\x1a")
    await front.sees(b"Stopped")
    front.type(b"fg\n")
    await front.sees(b"going")
    front.type(b"\x03")
    await front.sees(b"KeyboardInterrupt")
    await _ends(front)


async def test_a_signal_reaches_the_job_alone_and_is_testified(
    front: Front, shell: Device, tmp_path: Path
) -> None:
    await _until_it_waits(front, tmp_path)
    front.command(SIGNAL, b"USR1")
    await front.sees(b"User defined signal 1")
    front.type(b"echo shell-$((40 + 2))\n")
    await front.sees(b"shell-42")
    sent = front.channels[16].controls(SIGNALLED)
    assert [unit.body[24:] for unit in sent] == [b"USR1"]
    await _ends(front)


async def test_what_is_no_signal_does_nothing_and_is_not_testified(
    front: Front, shell: Device
) -> None:
    for name in (b"STOP", b"SIGINT", b"-9", b"", b"\xff\xfe"):
        front.command(SIGNAL, name)
    front.type(b"echo still-$((40 + 2))\n")
    await front.sees(b"still-42")
    assert not front.channels[16].controls(SIGNALLED)


async def test_kill_ends_the_shell_and_says_so(front: Front, shell: Device) -> None:
    front.command(SIGNAL, b"KILL")
    await front.until(lambda: front.channels[16].controls(EXIT))
    told = json.loads(front.channels[16].controls(EXIT)[0].body[24:])
    assert told["signal"] == "KILL"


def test_the_language_is_the_machines_where_that_is_utf_8(tmp_path: Path) -> None:
    place = tmp_path / "locale.conf"
    assert language("zh_CN.UTF-8", (place,)) == "zh_CN.UTF-8"
    assert language("C", (place,)) == "C.UTF-8"
    place.write_text("# made by the installer\nLANG='de_DE.utf8'\n")
    assert language("", (place,)) == "de_DE.utf8"
    place.write_text("LANG=zh_CN.GB18030\n")
    assert language("POSIX", (place,)) == "C.UTF-8"
    place.write_text("LANG=evil\x1b.UTF-8\n")
    assert language("", (place,)) == "C.UTF-8"
