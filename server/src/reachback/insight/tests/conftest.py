"""Fixtures of the tests of insight."""

import pytest

from reachback.cases.tests.factory import World, make_world


@pytest.fixture
def world(db: None) -> World:
    """A provider, its customer and their people."""
    return make_world()
