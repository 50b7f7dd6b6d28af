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
        from reachback.delivery.web import navigation  # noqa: PLC0415 - the same
        from reachback.kernel import timers  # noqa: PLC0415 - the same
        from reachback.ui import slots  # noqa: PLC0415 - the same

        timers.handle(jobs.TIMER, jobs.attempt_due)
        slots.navigation.register(navigation.deliveries, order=55)
        slots.account_menu.register(navigation.preferences, order=15)
        slots.palette.register(navigation.commands, order=55)
