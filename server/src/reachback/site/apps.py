"""The site app."""

from django.apps import AppConfig
from typing_extensions import override


class SiteConfig(AppConfig):
    """Home, search and palette."""

    name = "reachback.site"
    label = "site"

    @override
    def ready(self) -> None:
        """Offer the way home."""
        from reachback.audit.slots import action_words  # noqa: PLC0415 - the same
        from reachback.site.acts import WORDS  # noqa: PLC0415 - the same
        from reachback.site.web import offers  # noqa: PLC0415 - after the app registry

        action_words.register(WORDS)
        offers.offer()
