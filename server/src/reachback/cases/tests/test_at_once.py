"""Two processes that handle alerts of one device in the same moment."""

import threading

import pytest
from django.db import connection

from reachback.cases import operations
from reachback.cases.models import Case
from reachback.cases.tests.factory import DEVICE, NOW, SYSTEM, make_world
from reachback.devices.facts import AlertRaised

CHECKS = ("guest-registration", "disk", "till", "printer")


@pytest.mark.django_db(transaction=True)
def test_checks_that_fail_in_the_same_moment_share_one_case() -> None:
    world = make_world()
    together = threading.Barrier(len(CHECKS))
    failed: list[BaseException] = []

    def handle(alert: AlertRaised) -> None:
        together.wait()
        try:
            operations.open_from_alert(alert, fact_id=alert.alert_id, now=NOW)
        except BaseException as error:  # noqa: BLE001 - told by the test below
            failed.append(error)
        finally:
            connection.close()

    alerts = [world.raised(check_name=name) for name in CHECKS]
    threads = [threading.Thread(target=handle, args=(each,)) for each in alerts]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    assert failed == []
    case = Case.objects.visible_to(SYSTEM).get(device_id=DEVICE)
    assert case.check_name in CHECKS
