"""The composition's own app: in demo mode it opens the demo's doors."""

from django.apps import AppConfig
from django.conf import settings
from typing_extensions import override


class ConfigConfig(AppConfig):
    """Nothing to store; only what has to be joined once every room is loaded."""

    name = "reachback.config"
    label = "config"

    @override
    def ready(self) -> None:
        """Join the demo when this installation is one."""
        if settings.REACHBACK_DEMO:
            from reachback.config.demo import doors, handlers  # noqa: PLC0415 - models are loaded now

            handlers.register()
            doors.register()
