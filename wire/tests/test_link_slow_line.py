"""Keys beside a 50 MiB upload on a modem line, in virtual time."""

import pytest
from slow_line import Line, Simulation

from reachback_wire.frames import Resume, ResumeEntry
from reachback_wire.link import BULK, INPUT, INTERACTIVE, Acked, Event, Link, UnitReceived
from reachback_wire.streams import Receiver, SendBuffer
from reachback_wire.units import DataUnit, Unit

KEYS, UPLOAD, ENDLESS = 16, 17, 1 << 40


class Zeros:
    """50 MiB of a file, readable at any offset."""

    end = 50 << 20

    def read(self, offset: int, max_bytes: int) -> Unit | None:
        return DataUnit(bytes(min(max_bytes, self.end - offset)))


class Session:
    """A technician's end that types and uploads, and a device that echoes each key."""

    def __init__(self, rate: float, delay: float) -> None:
        self.simulation = Simulation()
        self.rate, self.delay = rate, delay
        self.typed, self.echo = SendBuffer(1 << 16), SendBuffer(1 << 16)
        self.key_in, self.echo_in, self.upload_in = Receiver(), Receiver(), Receiver()
        self.pressed: list[float] = []
        self.delays: list[float] = []
        self.connect()

    def connect(self) -> None:
        """A fresh connection; both ends resume where they stand."""
        now = self.simulation.now
        ours = Link(now)
        theirs = Link(now, priority_of=lambda ch: BULK if ch == UPLOAD else INPUT)
        ours.attach(KEYS, self.typed, priority=INPUT)
        ours.attach(UPLOAD, Zeros(), priority=BULK)
        ours.expect(KEYS, self.echo_in)
        ours.send(Resume((ResumeEntry(KEYS, self.echo_in.next, ENDLESS),)))
        theirs.attach(KEYS, self.echo, priority=INTERACTIVE)
        theirs.expect(KEYS, self.key_in)
        theirs.expect(UPLOAD, self.upload_in)
        wanted = ((KEYS, self.key_in.next), (UPLOAD, self.upload_in.next))
        theirs.send(Resume(tuple(ResumeEntry(ch, at, ENDLESS) for ch, at in wanted)))
        self.line = Line(
            self.simulation,
            [ours, theirs],
            [self.at_technician, self.at_device],
            rate=self.rate,
            delay=self.delay,
        )
        self.line.pump(0)
        self.line.pump(1)

    def at_technician(self, events: list[Event]) -> None:
        for event in events:
            if isinstance(event, UnitReceived):
                for _ in range(event.unit.length):
                    self.delays.append(self.simulation.now - self.pressed[len(self.delays)])
            elif isinstance(event, Acked) and event.ch == KEYS:
                self.typed.ack(event.offset)

    def at_device(self, events: list[Event]) -> None:
        for event in events:
            if isinstance(event, UnitReceived) and event.ch == KEYS:
                assert isinstance(event.unit, DataUnit)
                self.echo.write(event.unit.data)
                self.line.links[1].ack(KEYS, self.key_in.next)

    def press(self) -> None:
        self.pressed.append(self.simulation.now)
        self.typed.write(b"k")
        self.line.pump(0)

    def type_from(self, begin: float, keys: int, every: float) -> None:
        for number in range(keys):
            self.simulation.at(begin + number * every, self.press)


@pytest.mark.parametrize(("rate", "delay"), [(7_000, 0.15), (7_000, 0.02), (7_000, 0.3)])
def test_key_echo_is_not_delayed_by_bulk(rate: float, delay: float) -> None:
    session = Session(rate, delay)
    session.type_from(10.0, keys=150, every=0.31)
    session.simulation.run(70.0)
    felt = sorted(session.delays)
    assert len(felt) == 150
    assert felt[len(felt) // 2] <= 2 * delay + 0.150
    assert felt[-1] <= 2 * delay + 0.350
    assert session.upload_in.next >= 0.55 * rate * 70.0


def test_keys_overtake_bulk_from_the_first_second() -> None:
    session = Session(7_000, 0.15)
    session.type_from(0.2, keys=30, every=0.2)
    session.simulation.run(30.0)
    assert len(session.delays) == 30
    assert max(session.delays) <= 0.3 + 0.9


def test_keys_overtake_bulk_after_a_resume() -> None:
    session = Session(7_000, 0.15)
    session.simulation.run(20.0)
    session.line.up = False
    session.press()
    session.simulation.run(25.0)
    session.connect()
    session.type_from(25.0, keys=20, every=0.3)
    session.simulation.run(50.0)
    felt = session.delays[1:]
    assert len(felt) == 20
    assert session.delays[0] <= 5.0 + 0.3 + 0.8
    assert sorted(felt)[10] <= 0.3 + 0.3
    assert session.upload_in.next > 50_000


def test_a_short_line_whose_product_is_less_than_a_chunk_is_filled() -> None:
    session = Session(1_250_000, 0.01)
    session.simulation.run(10.0)
    assert session.upload_in.next >= 0.85 * 1_250_000 * 10


def test_a_fast_line_is_filled() -> None:
    session = Session(12_500_000, 0.05)
    session.simulation.run(6.0)
    assert session.upload_in.next == Zeros.end


def test_a_long_fast_line_is_filled() -> None:
    session = Session(1_250_000, 0.3)
    session.simulation.run(30.0)
    assert session.upload_in.next >= 0.65 * 1_250_000 * 30
