"""Django's entry for delivery."""

from django.apps import AppConfig
from typing_extensions import override


class DeliveryConfig(AppConfig):
    """Messages on their way to people."""

    name = "reachback.delivery"
    label = "delivery"

    @override
    def ready(self) -> None:
        from reachback.delivery import jobs  # noqa: PLC0415 - apps load before models
        from reachback.kernel import timers  # noqa: PLC0415 - the same

        timers.handle(jobs.TIMER, jobs.attempt_due)
