"""What our own protocol costs: nanoseconds per keystroke, MB/s of bulk through two links.

Run: python bench/wire_frames.py. Printed, never asserted: the machine is shared.
"""

import time
from collections.abc import Callable

from reachback_wire.frames import Data, Decoder, encode
from reachback_wire.link import BULK, INPUT, INTERACTIVE, Link
from reachback_wire.streams import Receiver, SendBuffer

ENDLESS = (1 << 62) - 1


def timed(action: Callable[[], object], rounds: int) -> float:
    """Seconds per round, the best of five."""
    best = float("inf")
    for _ in range(5):
        begun = time.perf_counter()
        for _ in range(rounds):
            action()
        best = min(best, (time.perf_counter() - begun) / rounds)
    return best


def pair(priority: int) -> tuple[Link, Link, SendBuffer, Receiver]:
    """Two joined links with one open channel."""
    now = time.perf_counter()
    ours, theirs = Link(now), Link(now, priority_of=lambda _: priority)
    buffer, receiver = SendBuffer(1 << 24), Receiver()
    ours.attach(16, buffer, priority=priority, credit=ENDLESS)
    theirs.expect(16, receiver)
    theirs.grant_credit(16, ENDLESS)
    exchange(ours, theirs, time.perf_counter)
    return ours, theirs, buffer, receiver


def exchange(ours: Link, theirs: Link, clock: Callable[[], float]) -> None:
    """Everything ours may write now, and the answers."""
    for message in ours.transmit(clock()):
        theirs.receive(message, clock())
    for message in theirs.transmit(clock()):
        ours.receive(message, clock())


def keystroke() -> float:
    """Seconds for one key from SendBuffer to event, with its LINKACK and ACK."""
    ours, theirs, buffer, receiver = pair(INPUT)

    def key() -> None:
        buffer.write(b"k")
        exchange(ours, theirs, time.perf_counter)
        buffer.ack(receiver.next)

    return timed(key, 5_000)


def bulk(size: int, total: int, priority: int) -> float:
    """MB/s of `total` bytes written in pieces of `size`, through both links, in this process."""
    best = 0.0
    piece = bytes(size)
    for _ in range(3):
        ours, theirs, buffer, receiver = pair(priority)
        begun = time.perf_counter()
        while receiver.next < total:
            while buffer.room >= size and buffer.end - receiver.next < (1 << 20):
                buffer.write(piece)
            exchange(ours, theirs, time.perf_counter)
            buffer.ack(receiver.next)
        best = max(best, receiver.next / (time.perf_counter() - begun) / 1e6)
    return best


def main() -> None:
    """Print the table."""
    frame = Data(16, b"k")
    encoded = encode(frame)
    decoder = Decoder()
    print(f"keystroke frame            {len(encoded)} bytes, {len(encoded) - 1} of them ours")
    print(f"encode a keystroke frame   {timed(lambda: encode(frame), 50_000) * 1e9:8.0f} ns")
    print(
        f"decode a keystroke frame   {timed(lambda: decoder.feed(encoded), 50_000) * 1e9:8.0f} ns"
    )
    print(f"key through both links     {keystroke() * 1e9:8.0f} ns")
    for name, priority in (("bulk", BULK), ("shell output", INTERACTIVE)):
        for size in (65_536, 4_096):
            speed = bulk(size, 200_000_000, priority)
            print(f"{name:12} in {size:6} B writes {speed:8.0f} MB/s = {speed * 8:6.0f} Mbit/s")


if __name__ == "__main__":
    main()
