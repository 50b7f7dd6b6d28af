"""The cases app."""

from django.apps import AppConfig
from typing_extensions import override


class CasesConfig(AppConfig):
    """Cases: subscribed to what devices tell."""

    name = "reachback.cases"
    label = "cases"

    @override
    def ready(self) -> None:
        """Subscribe to alerts and offer navigation. Imports wait until every model is loaded."""
        from reachback.cases.wiring import connect  # noqa: PLC0415 - after the app registry

        connect()
