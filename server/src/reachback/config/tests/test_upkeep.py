"""`reachback status` and `reachback retry`, as somebody at the server types them."""

from datetime import datetime
from uuid import UUID

import pytest
from django.db import transaction

from reachback.config import upkeep
from reachback.kernel import timers
from reachback.kernel.errors import ReachbackError
from reachback.kernel.models import Leased, Timer

pytestmark = pytest.mark.django_db


@pytest.fixture
def broken(now: datetime) -> UUID:
    """A timer that was tried to the end."""
    with transaction.atomic():
        name = timers.schedule(kind="tests.broken", key="k", due=now, payload={}, now=now)
    failed = {"state": Leased.State.FAILED, "finished_at": now, "last_error": "no \x1b[2J"}
    Timer.objects.filter(id=name).update(**failed, attempts=12)
    return name


def test_the_command_lists_tries_one_and_tries_all(
    broken: UUID, capsys: pytest.CaptureFixture[str]
) -> None:
    assert upkeep.retry([]) == 0
    listed = capsys.readouterr().out
    assert str(broken) in listed
    assert "\x1b" not in listed
    for wrong in ("nonsense", "01900000-0000-7000-8000-00000000dead"):
        with pytest.raises(ReachbackError, match="reachback retry"):
            upkeep.retry([wrong])
    assert upkeep.retry([str(broken)]) == 0
    assert "1 tried again" in capsys.readouterr().out
    assert upkeep.retry(["--all"]) == 0
    assert "0 tried again" in capsys.readouterr().out


def test_status_says_what_failed(broken: UUID, capsys: pytest.CaptureFixture[str]) -> None:
    assert broken
    assert upkeep.status([]) == 0
    assert "1 pieces of work" in capsys.readouterr().out
