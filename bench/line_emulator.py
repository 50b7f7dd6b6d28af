"""A bad line between two TUN devices: delay, loss, rate, queue and cuts, packet by packet.

A process of its own, `python -m bench.line_emulator NEAR FAR`: it makes both devices, says
`ready`, and takes one JSON object a line on stdin: {rtt ms, loss 0…1 each way, rate bit/s, queue s,
cut s}. A cut is a gateway that forgets its connections: each TCP connection is reset at both ends.
"""

import fcntl
import heapq
import json
import os
import random  # noqa: TID251 - a seeded generator is handed in
import select
import struct
import sys
import time
from dataclasses import dataclass, field
from typing import Final

MTU: Final = 1_400
_TUNSETIFF: Final = 0x400454CA
_TUN_WITHOUT_HEAD: Final = 0x0001 | 0x1000
_TCP: Final = 6
_RESET: Final = 0x04
_ACK: Final = 0x10
_ENDED: Final = _RESET | 0x01

Flow = tuple[bytes, bytes]


@dataclass(frozen=True, slots=True)
class Profile:
    """What a line is like. `cut` 0: never."""

    rtt: float = 0.0
    loss: float = 0.0
    rate: float = 1e9
    queue: float = 1.0
    cut: float = 0.0


def tun(name: str) -> int:
    """Make a TUN device; its file descriptor carries bare IP packets. OSError without rights."""
    number = os.open("/dev/net/tun", os.O_RDWR | os.O_NONBLOCK)
    fcntl.ioctl(number, _TUNSETIFF, struct.pack("16sH", name.encode(), _TUN_WITHOUT_HEAD))
    return number


def checksum(data: bytes) -> int:
    """The Internet checksum (RFC 1071)."""
    if len(data) % 2:
        data += b"\0"
    total = sum(struct.unpack(f"!{len(data) // 2}H", data))
    while total >> 16:
        total = (total & 0xFFFF) + (total >> 16)
    return ~total & 0xFFFF


def reset_for(packet: bytes) -> bytes:
    """The RST a gateway answers to the sender of `packet`, at the place that sender expects."""
    head = (packet[0] & 15) * 4
    source, target = packet[12:16], packet[16:20]
    ports, acknowledged = packet[head : head + 4], packet[head + 8 : head + 12]
    tcp = ports[2:4] + ports[0:2] + acknowledged + bytes(4)
    tcp += struct.pack("!BBHHH", 5 << 4, _RESET | _ACK, 0, 0, 0)
    pseudo = target + source + struct.pack("!BBH", 0, _TCP, len(tcp))
    tcp = tcp[:16] + struct.pack("!H", checksum(pseudo + tcp)) + tcp[18:]
    ip = struct.pack("!BBHHHBBH", 0x45, 0, 40, 0, 0, 64, _TCP, 0) + target + source
    return ip[:10] + struct.pack("!H", checksum(ip)) + ip[12:] + tcp


@dataclass
class Emulator:
    """Both directions. `ends` are the two descriptors; what comes from one leaves at the other."""

    ends: tuple[int, int]
    profile: Profile = field(default_factory=Profile)
    dice: random.Random = field(default_factory=lambda: random.Random(7))  # noqa: S311 - repeatable losses
    due: list[tuple[float, int, int, bytes]] = field(default_factory=list)
    free: list[float] = field(default_factory=lambda: [0.0, 0.0])
    number: int = 0
    next_cut: float = float("inf")
    last: dict[int, dict[Flow, bytes]] = field(default_factory=lambda: {0: {}, 1: {}})
    forgotten: set[Flow] = field(default_factory=set)

    def become(self, profile: Profile, now: float) -> None:
        """Be another line from now on."""
        self.profile = profile
        self.next_cut = now + profile.cut if profile.cut else float("inf")

    def arrived(self, side: int, packet: bytes, now: float) -> None:
        """Take a packet in: queue it, lose it, or answer it with a reset."""
        if packet[0] >> 4 != 4 or (packet[9] == _TCP and self._reset(side, packet)):
            return
        wait = max(self.free[side] - now, 0.0)
        if wait > self.profile.queue or self.dice.random() < self.profile.loss:
            return
        self.free[side] = now + wait + len(packet) * 8 / self.profile.rate
        self.number += 1
        when = self.free[side] + self.profile.rtt / 2_000
        heapq.heappush(self.due, (when, self.number, 1 - side, packet))

    def _reset(self, side: int, packet: bytes) -> bool:
        head = (packet[0] & 15) * 4
        here, there = (
            packet[12:16] + packet[head : head + 2],
            packet[16:20] + packet[head + 2 : head + 4],
        )
        flow = (here, there) if side == 0 else (there, here)
        flags = packet[head + 13]
        if flow in self.forgotten:
            if not flags & _RESET:
                self._write(side, reset_for(packet))
            return True
        if flags & _ENDED:
            self.last[side].pop(flow, None)
        elif flags & _ACK:
            self.last[side][flow] = packet
        return False

    def leave(self, now: float) -> float:
        """Hand over what is due and cut when it is time; the seconds until the next."""
        if now >= self.next_cut:
            self.next_cut = now + self.profile.cut
            self.cut()
        while self.due and self.due[0][0] <= now:
            _, _, side, packet = heapq.heappop(self.due)
            self._write(side, packet)
        following = min(self.due[0][0] if self.due else float("inf"), self.next_cut)
        return min(max(following - time.monotonic(), 0.0), 1.0)

    def cut(self) -> None:
        """Forget every TCP connection, and what of them is under way."""
        self.due = [item for item in self.due if item[3][9] != _TCP]
        heapq.heapify(self.due)
        for side, flows in self.last.items():
            self.forgotten |= set(flows)
            for packet in flows.values():
                self._write(side, reset_for(packet))
            flows.clear()

    def _write(self, side: int, packet: bytes) -> None:
        try:
            os.write(self.ends[side], packet)
        except OSError:
            return  # the device is down: the packet is lost, as on any line


def serve(emulator: Emulator) -> None:
    """Until stdin ends."""
    words = b""
    while True:
        wait = emulator.leave(time.monotonic())
        ready, _, _ = select.select([*emulator.ends, 0], [], [], wait)
        for side, end in enumerate(emulator.ends):
            if end in ready:
                emulator.arrived(side, os.read(end, 65_536), time.monotonic())
        if 0 in ready:
            more = os.read(0, 65_536)
            if not more:
                return
            *lines, words = (words + more).split(b"\n")
            for line in lines:
                emulator.become(Profile(**json.loads(line)), time.monotonic())


def main() -> None:
    ends = (tun(sys.argv[1]), tun(sys.argv[2]))
    print("ready", flush=True)
    serve(Emulator(ends))


if __name__ == "__main__":
    main()
