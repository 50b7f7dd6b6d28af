"""The cable between the hotel and the provider: a TCP relay that can really be cut.

``python -m reachback.config.demo.cable LISTEN_PORT TARGET_PORT CONTROL_SOCKET``. A line ``cut
SECONDS`` on the control socket resets every connection (RST, in the middle of whatever is under
way) and refuses new ones until the time is over; ``silence SECONDS`` swallows what every connection
carries, without closing any, as a network does that has forgotten them.
"""

from __future__ import annotations

import asyncio
import contextlib
import socket
import struct
import sys
from pathlib import Path

LONGEST_CUT = 600.0  # seconds; a forgotten cut cable would spoil the story
RST = struct.pack("ii", 1, 0)  # SO_LINGER of zero seconds: close() sends a reset


class Cable:
    """Relays connections until it is cut."""

    def __init__(self, target: int) -> None:
        self.target = target
        self.ends: set[asyncio.StreamWriter] = set()
        self.silent: set[asyncio.StreamWriter] = set()
        self.whole = asyncio.Event()
        self.whole.set()
        self.snips: list[int] = []  # bytes from the hotel still to pass before each next reset

    async def accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Relay one connection both ways."""
        if not self.whole.is_set():
            reset(writer)
            return
        try:
            there, back = await asyncio.open_connection("127.0.0.1", self.target)
        except OSError:
            reset(writer)
            return
        self.ends |= {writer, back}
        await asyncio.gather(self.pump(reader, back, outward=True), self.pump(there, writer))
        self.ends -= {writer, back}
        self.silent -= {writer, back}

    async def pump(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, *, outward: bool = False
    ) -> None:
        """Copy until the end of one side, then end the other; a silent line passes on neither."""
        broken = False
        try:
            await self.copy(reader, writer, outward=outward)
        except (ConnectionError, OSError):
            broken = True
        if writer in self.silent:
            return
        with contextlib.suppress(OSError):
            reset(writer) if broken else writer.close()

    async def copy(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, *, outward: bool
    ) -> None:
        """Copy until the end; reset everything where a snip falls due."""
        while data := await reader.read(65_536):
            if writer in self.silent:
                continue
            if outward and self.snips:
                data = self.snipped(data)
            writer.write(data)
            await writer.drain()
            if outward and self.snips and self.snips[0] <= 0:
                self.snips.pop(0)
                for each in list(self.ends):
                    reset(each)

    def snipped(self, data: bytes) -> bytes:
        """Return what may still pass before the next snip: it falls inside a frame as likely
        as not.
        """
        left = data[: max(self.snips[0], 0)]
        self.snips[0] -= len(data)
        return left

    async def cut(self, seconds: float) -> None:
        """Reset everything, stay cut for `seconds`."""
        self.whole.clear()
        for end in list(self.ends):
            reset(end)
        await asyncio.sleep(seconds)
        self.whole.set()

    async def fall_silent(self, seconds: float) -> None:
        """Swallow what comes on every connection there is, and refuse new ones for `seconds`."""
        self.whole.clear()
        self.silent |= self.ends
        await asyncio.sleep(seconds)
        self.whole.set()

    async def control(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Answer one line of the control socket."""
        words = (await reader.readline()).decode("ascii", "replace").split()
        timed = {"cut": self.cut, "silence": self.fall_silent}
        if len(words) == 2 and words[0] in timed and words[1].replace(".", "", 1).isdigit():
            seconds = min(float(words[1]), LONGEST_CUT)
            asyncio.get_running_loop().create_task(timed[words[0]](seconds))
            writer.write(f"{words[0]}\n".encode())
        elif len(words) >= 2 and words[0] == "snip" and all(w.isdigit() for w in words[1:]):
            self.snips = [int(word) for word in words[1:]]
            writer.write(b"snip\n")
        else:
            writer.write(b"say: cut SECONDS, silence SECONDS, or snip BYTES BYTES ...\n")
        with contextlib.suppress(ConnectionError):
            await writer.drain()
        writer.close()


def reset(writer: asyncio.StreamWriter) -> None:
    """Close with a TCP reset, losing what is in flight."""
    raw = writer.get_extra_info("socket")
    if raw is not None:
        with contextlib.suppress(OSError):
            raw.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RST)
    writer.transport.abort()


async def serve(listen: int, target: int, control: Path) -> None:
    """Relay and listen for cuts until killed."""
    cable = Cable(target)
    relay = await asyncio.start_server(cable.accept, "127.0.0.1", listen)
    steer = await asyncio.start_unix_server(cable.control, control)
    async with relay, steer:
        await asyncio.gather(relay.serve_forever(), steer.serve_forever())


def order(control: Path, line: str) -> str:
    """Say one line to a running cable; return its answer."""
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as peer:
        peer.settimeout(5)
        peer.connect(str(control))
        peer.sendall(line.encode() + b"\n")
        return peer.recv(200).decode("ascii", "replace").strip()


if __name__ == "__main__":
    socket_path = Path(sys.argv[3])  # below a folder of mode 0700
    socket_path.unlink(missing_ok=True)
    asyncio.run(serve(int(sys.argv[1]), int(sys.argv[2]), socket_path))
