"""Django's entry for the design system."""

from django.apps import AppConfig


class UiConfig(AppConfig):
    """Tokens, layouts and components; knows no noun of the product."""

    name = "reachback.ui"
    label = "ui"
