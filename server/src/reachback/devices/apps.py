"""The devices app."""

from django.apps import AppConfig


class DevicesConfig(AppConfig):
    """Inventory, enrolment, health and alerts."""

    name = "reachback.devices"
    label = "devices"
    verbose_name = "Devices"
