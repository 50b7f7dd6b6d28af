"""The agreements app."""

from django.apps import AppConfig


class AgreementsConfig(AppConfig):
    """Service levels and entitlements."""

    name = "reachback.agreements"
    label = "agreements"
