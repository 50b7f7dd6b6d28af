"""Two ends through an adversary: every channel's units arrive once, in order, both ways."""

from typing import Any

import pytest
from byte_pipes import WINDOW, Wire, tokens
from hypothesis import given, settings
from hypothesis import strategies as st

from reachback_wire.frames import Resume, ResumeEntry
from reachback_wire.link import Acked, Event, Link, UnitReceived
from reachback_wire.streams import Receiver, SendBuffer

CHANNELS = {16: 1, 17: 2, 18: 3}


class End:
    """What survives connections at one end, and everything it was handed."""

    def __init__(self) -> None:
        self.buffers = {ch: SendBuffer(1 << 20) for ch in CHANNELS}
        self.receivers = {ch: Receiver() for ch in CHANNELS}
        self.written: dict[int, list[object]] = {ch: [] for ch in CHANNELS}
        self.arrived: dict[int, list[object]] = {ch: [] for ch in CHANNELS}
        self.wire: Wire | None = None

    def connect(self, now: float) -> Link:
        link = Link(now, priority_of=CHANNELS.__getitem__)
        entries = []
        for ch, priority in CHANNELS.items():
            link.attach(ch, self.buffers[ch], priority=priority)
            link.expect(ch, self.receivers[ch])
            following = self.receivers[ch].next
            entries.append(ResumeEntry(ch, following, following + WINDOW))
        link.send(Resume(tuple(entries)))
        return link

    def write(self, ch: int, kind: int, size: int) -> None:
        buffer, log = self.buffers[ch], self.written[ch]
        before = buffer.end
        if kind == 0:
            content = bytes((before + step) % 251 for step in range(size))
            buffer.write(content)
            log.extend(content)
        elif kind == 1:
            buffer.control(size, b"%d" % before)
            log.append((size, b"%d" % before))
        else:
            buffer.gap(size + 1, before, bytes(16), bytes(32))
            log.extend(tokens(buffer.read(before, 1)))

    def handle(self, link: Link, events: list[Event]) -> None:
        for event in events:
            if isinstance(event, UnitReceived):
                self.arrived[event.ch].extend(tokens(event.unit))
            elif isinstance(event, Acked):
                self.buffers[event.ch].ack(event.offset)

    def acknowledge(self, link: Link, ch: int) -> None:
        following = self.receivers[ch].next
        link.ack(ch, following)
        link.grant_credit(ch, following + WINDOW)


class Adversary:
    """Holds the wires; each end knows only the newest connection it has made."""

    def __init__(self) -> None:
        self.ends = [End(), End()]
        self.now = 0.0
        self.wires: list[Wire] = []
        self.reconnect()
        self.join(1)

    def reconnect(self) -> None:
        """End 0 makes a new connection; end 1 notices only when it joins."""
        wire = Wire([self.ends[0].connect(self.now), Link(self.now)])
        self.wires.append(wire)
        self.ends[0].wire = wire

    def join(self, end: int) -> None:
        wire = self.wires[-1]
        if self.ends[end].wire is not wire:
            wire.ends[end] = self.ends[end].connect(self.now)
            self.ends[end].wire = wire

    def write(self, end: int) -> None:
        wire = self.ends[end].wire
        assert wire is not None
        wire.ends[end].tick(self.now)
        wire.write(end, self.now)

    def deliver(self, end: int, size: int) -> None:
        """Bytes of `end`'s newest connection reach the other end, if it still listens there."""
        wire = self.ends[end].wire
        other = self.ends[1 - end]
        assert wire is not None
        if wire is self.wires[-1]:
            self.join(1 - end)
        if other.wire is wire:
            other.handle(wire.ends[1 - end], wire.deliver(end, size, self.now))

    def step(self, action: tuple[Any, ...]) -> None:
        self.now += 0.01
        match action:
            case ("write", end, ch, kind, size):
                self.ends[end].write(ch, kind, size)
                self.write(end)
            case ("deliver", end, size):
                self.write(end)
                self.deliver(end, size)
            case ("ack", end, ch):
                self.ends[end].acknowledge(self.link(end), ch)
            case ("wait", seconds):
                self.now += seconds
            case ("cut",):
                self.reconnect()

    def link(self, end: int) -> Link:
        wire = self.ends[end].wire
        assert wire is not None
        return wire.ends[end]

    def settle(self) -> None:
        """An honest network from here on, until both ends are quiet."""
        self.join(1)
        for _ in range(2_000):
            self.now += 0.03
            for end in (0, 1):
                self.write(end)
                self.deliver(end, 1 << 20)
                for ch in CHANNELS:
                    self.ends[1 - end].acknowledge(self.link(1 - end), ch)
            if all(self.done(end) for end in (0, 1)):
                return

    def done(self, end: int) -> bool:
        return all(b.acked == b.end for b in self.ends[end].buffers.values())


END = st.integers(0, 1)
ACTIONS = st.lists(
    st.one_of(
        st.tuples(
            st.just("write"),
            END,
            st.sampled_from(sorted(CHANNELS)),
            st.sampled_from([0, 0, 0, 1, 2]),
            st.integers(1, 5_000),
        ),
        st.tuples(st.just("deliver"), END, st.integers(1, 6_000)),
        st.tuples(st.just("deliver"), END, st.integers(1, 40)),
        st.tuples(st.just("ack"), END, st.sampled_from(sorted(CHANNELS))),
        st.tuples(st.just("wait"), st.sampled_from([0.03, 4.0, 11.0])),
        st.just(("cut",)),
    ),
    max_size=60,
)


def survive(actions: list[tuple[Any, ...]]) -> None:
    """Play the actions, then let the network be honest and compare."""
    adversary = Adversary()
    for action in actions:
        adversary.step(action)
    adversary.settle()
    for sender, receiver in ((0, 1), (1, 0)):
        assert adversary.ends[receiver].arrived == adversary.ends[sender].written
        assert adversary.done(sender)


@given(ACTIONS)
@settings(max_examples=60, deadline=None)
def test_units_arrive_once_and_in_order(actions: list[tuple[Any, ...]]) -> None:
    survive(actions)


@pytest.mark.slow
@pytest.mark.timeout(1_200)
@given(ACTIONS)
@settings(max_examples=5_000, deadline=None)
def test_units_arrive_once_and_in_order_at_length(actions: list[tuple[Any, ...]]) -> None:
    survive(actions)


def test_a_cut_after_every_single_byte() -> None:
    adversary = Adversary()
    adversary.ends[0].write(16, 0, 90)
    adversary.ends[0].write(16, 1, 5)
    for size in range(1, 160):
        adversary.step(("deliver", 1, 1 << 20))
        adversary.step(("deliver", 0, size))
        adversary.step(("cut",))
    adversary.settle()
    assert adversary.ends[1].arrived[16] == adversary.ends[0].written[16]
