"""Browser, front and device: a front killed anywhere loses nothing and repeats nothing."""

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from relay_model import World

LEG = st.sampled_from(["device", "browser"])
ACTIONS = st.lists(
    st.one_of(
        st.tuples(st.just("write"), LEG, st.sampled_from([0, 0, 1]), st.integers(1, 3_000)),
        st.tuples(st.just("move"), LEG, st.integers(0, 1), st.integers(1, 4_000)),
        st.tuples(st.just("move"), LEG, st.integers(0, 1), st.integers(1, 30)),
        st.tuples(st.just("record"), st.booleans()),
        st.just(("kill",)),
        st.tuples(st.just("cut"), LEG),
    ),
    max_size=60,
)


def survive(actions: list[tuple[Any, ...]]) -> None:
    """Play the actions, then let everybody live and compare both directions."""
    world = World()
    for action in actions:
        world.step(action)
    world.settle()
    assert world.browser.arrived == world.device.written
    assert world.device.arrived == world.browser.written
    assert world.quiet


@given(ACTIONS)
@settings(max_examples=60, deadline=None)
def test_a_killed_front_loses_and_repeats_nothing(actions: list[tuple[Any, ...]]) -> None:
    survive(actions)


@pytest.mark.slow
@pytest.mark.timeout(1_200)
@given(ACTIONS)
@settings(max_examples=5_000, deadline=None)
def test_a_killed_front_loses_and_repeats_nothing_at_length(
    actions: list[tuple[Any, ...]],
) -> None:
    survive(actions)


def test_killed_between_write_and_acknowledgement() -> None:
    world = World()
    for _ in range(3):
        world.step(("write", "device", 0, 2_000))
        world.step(("write", "browser", 0, 500))
        for _ in range(4):
            for leg in ("device", "browser"):
                for end in (0, 1):
                    world.step(("move", leg, end, 1 << 20))
        world.step(("record", False))
        assert world.recording.end > world.device.buffer.acked
        world.step(("kill",))
    world.settle()
    assert world.browser.arrived == world.device.written
    assert world.device.arrived == world.browser.written


def test_input_is_acknowledged_though_the_acknowledgement_died_with_the_front() -> None:
    world = World()
    for _ in range(6):
        for leg in ("device", "browser"):
            for end in (0, 1):
                world.step(("move", leg, end, 1 << 20))
    world.step(("write", "browser", 0, 1))
    for leg, end in (("browser", 0), ("device", 1)):
        world.step(("move", leg, end, 1 << 20))
    assert world.device.arrived
    assert world.browser.buffer.acked == 0
    world.step(("kill",))
    world.settle()
    assert world.quiet
