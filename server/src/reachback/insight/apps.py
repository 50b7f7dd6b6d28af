"""The insight app."""

from django.apps import AppConfig
from typing_extensions import override


class InsightConfig(AppConfig):
    """Reports from recorded facts. It has no tables."""

    name = "reachback.insight"
    label = "insight"

    @override
    def ready(self) -> None:
        """Offer the way to the report."""
        from reachback.insight.web import offers  # noqa: PLC0415 - after the app registry

        offers.offer()
