import pytest

from reachback_wire.link_errors import RemoteError
from reachback_wire.pacing import CHUNK_MAX, CHUNK_MIN, PROBE, RECORDS_MAX, Pacer

INPUT, INTERACTIVE, BULK = 1, 2, 3


class PerfectLine:
    """A line of `rate` bytes per second and `delay` seconds each way, kept full of `priority`."""

    def __init__(self, rate: float, delay: float) -> None:
        self.pacer = Pacer(0.0)
        self.rate, self.delay, self.now, self.free_at = rate, delay, 0.0, 0.0
        self.acks: list[tuple[float, int]] = []
        self.most_queued = 0.0

    def fill(self, priority: int = BULK) -> None:
        before = self.pacer.sent
        while self.pacer.admits(0, self.now, priority):
            if self.pacer.probe(self.now) is not None:
                self.pong_at = self.now + 2 * self.delay
            size = self.pacer.chunk_for(priority)
            self.pacer.spend(size, self.now)
            self.pacer.wrote(size, self.now)
            self.free_at = max(self.free_at, self.now) + size / self.rate
            self.acks.append((self.free_at + 2 * self.delay, self.pacer.sent))
        self.pacer.blocked(since=before)
        self.most_queued = max(self.most_queued, self.free_at - self.now)

    pong_at: float | None = None

    def run(self, until: float) -> None:
        self.fill()
        while self.acks and self.acks[0][0] <= until:
            if self.pacer.paced_until is not None and self.pacer.paced_until < self.acks[0][0]:
                self.now = max(self.now, self.pacer.paced_until)
                self.pacer.paced_until = None
                self.fill()
                continue
            self.now, total = self.acks.pop(0)
            if self.pong_at is not None and self.pong_at <= self.now:
                self.pacer.probed(PROBE, self.pong_at)
                self.pong_at = None
            self.pacer.acknowledged(total, 0.0, self.now)
            self.fill()


def test_before_measurement_the_window_is_four_first_chunks() -> None:
    for priority, expected in ((INTERACTIVE, 4 * 4_096), (BULK, 4 * 1_024)):
        line = PerfectLine(1e6, 0.1)
        line.fill(priority)
        assert line.pacer.outstanding == expected
        assert line.pacer.admits(0, 0.0, INPUT)


@pytest.mark.parametrize(("rate", "delay"), [(7_000, 0.15), (1e6, 0.02), (1e7, 0.1), (1e5, 0.3)])
def test_the_rate_and_the_least_round_trip_are_found(rate: float, delay: float) -> None:
    line = PerfectLine(rate, delay)
    line.run(40.0)
    pacer = line.pacer
    assert pacer.rate == pytest.approx(rate, rel=0.2)
    assert pacer.min_rtt is not None
    assert 2 * delay - 1e-9 <= pacer.min_rtt <= 2 * delay + 0.02
    assert CHUNK_MIN <= pacer.chunk <= CHUNK_MAX
    assert pacer.chunk <= max(CHUNK_MIN, rate * 0.1 * 1.2)
    line.most_queued = 0.0
    line.run(80.0)
    assert line.most_queued <= 0.1 + 0.1 + 0.5 * delay


def test_a_line_that_became_longer_is_measured_again() -> None:
    line = PerfectLine(100_000, 0.05)
    line.run(20.0)
    line.delay = 0.2
    line.run(60.0)
    assert line.pacer.min_rtt == pytest.approx(0.4, abs=0.02)
    assert line.pacer.rate == pytest.approx(100_000, rel=0.2)


def test_a_lie_about_what_arrived_is_the_other_ends_fault() -> None:
    pacer = Pacer(0.0)
    pacer.wrote(10, 0.0)
    with pytest.raises(RemoteError):
        pacer.acknowledged(11, 0.0, 0.1)


def test_half_a_message_and_repeats_measure_nothing() -> None:
    pacer = Pacer(0.0)
    pacer.wrote(10, 0.0)
    pacer.acknowledged(5, 0.0, 0.1)
    assert (pacer.rtt, pacer.outstanding) == (None, 5)
    pacer.acknowledged(10, 0.0, 0.2)
    pacer.acknowledged(3, 0.0, 0.3)
    assert (pacer.rtt, pacer.outstanding) == (0.2, 0)


def test_the_other_ends_delay_is_no_part_of_the_round_trip() -> None:
    pacer = Pacer(0.0)
    pacer.wrote(10, 0.0)
    pacer.acknowledged(10, 0.025, 0.125)
    assert pacer.rtt == pytest.approx(0.1)


def test_little_traffic_says_nothing_about_the_rate() -> None:
    pacer = Pacer(0.0)
    for second in range(30):
        pacer.wrote(5, float(second))
        pacer.acknowledged(pacer.sent, 0.0, second + 0.1)
    assert pacer.rate == 0.0
    assert pacer.min_rtt == pytest.approx(0.1)


def test_small_messages_on_an_empty_line_renew_an_old_minimum() -> None:
    pacer = Pacer(0.0)
    for second, rtt in ((0.0, 0.1), (5.0, 0.3), (11.0, 0.3)):
        pacer.wrote(5, second)
        pacer.acknowledged(pacer.sent, 0.0, second + rtt)
    assert pacer.min_rtt == pytest.approx(0.3)


def test_an_instant_answer_does_not_divide_by_zero() -> None:
    pacer = Pacer(0.0)
    pacer.wrote(5, 0.0)
    pacer.acknowledged(5, 0.0, 0.0)
    assert pacer.rate == 0.0
    assert pacer.min_rtt is not None


def test_a_pong_to_another_ping_measures_nothing() -> None:
    pacer = Pacer(0.0)
    pacer.probed(b"\0" * 8, 1.0)
    pacer.probed(PROBE, 1.0)
    assert pacer.min_rtt is None


def test_withheld_acknowledgements_hold_a_bounded_memory() -> None:
    pacer = Pacer(0.0)
    for number in range(3 * RECORDS_MAX):
        pacer.wrote(4, float(number))
    assert pacer.records == RECORDS_MAX
    pacer.acknowledged(pacer.sent, 0.0, 1e6)
    assert pacer.outstanding == 0
