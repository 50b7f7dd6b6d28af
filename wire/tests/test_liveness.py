import pytest

from reachback_wire.liveness import BUSY_INTERVAL, IdleInterval, Liveness


def test_two_unanswered_probes_end_a_busy_link_within_fifteen_seconds() -> None:
    liveness = Liveness(0.0)
    liveness.busy = True
    asked = [moment for moment in range(20) if liveness.due(float(moment))]
    assert asked == [5, 10]
    assert liveness.dead
    assert liveness.deadline is None
    assert not liveness.due(99.0)


def test_any_byte_is_an_answer() -> None:
    liveness = Liveness(0.0)
    liveness.busy = True
    assert liveness.due(5.0)
    liveness.heard(6.0)
    assert liveness.deadline == 6.0 + BUSY_INTERVAL
    assert not liveness.due(10.9)


def test_a_dead_idle_link_is_noticed_soon_after_its_first_probe() -> None:
    idle = IdleInterval()
    liveness = Liveness(0.0, idle)
    assert [liveness.due(moment) for moment in (54.0, 55.0, 65.0, 75.0)] == [
        False,
        True,
        True,
        False,
    ]
    assert liveness.dead
    assert idle.seconds == 55.0


def silence(liveness: Liveness, now: float) -> float:
    """One idle interval, probed and answered."""
    deadline = liveness.deadline
    assert deadline is not None
    assert liveness.due(deadline)
    liveness.heard(deadline + 1.0)
    liveness.spoke(deadline)
    return deadline + 1.0


def test_the_idle_interval_grows_with_proof_and_shrinks_with_failure() -> None:
    idle, now = IdleInterval(), 0.0
    liveness = Liveness(now, idle)
    for _ in range(60):
        now = silence(liveness, now)
    assert idle.seconds == 240.0
    again = Liveness(now, idle)
    for moment in (now + 240, now + 250, now + 260):
        again.due(moment)
    assert again.dead
    assert idle.seconds == 192.0
    idle.proved()
    idle.proved()
    idle.proved()
    assert idle.seconds == 192.0


def test_silence_in_one_direction_proves_nothing() -> None:
    idle = IdleInterval()
    liveness = Liveness(0.0, idle)
    for number in range(1, 10):
        deadline = liveness.deadline
        assert deadline is not None
        liveness.spoke(deadline - 1.0)
        assert liveness.due(deadline)
        liveness.heard(deadline)
        assert idle.seconds == pytest.approx(55.0), number
