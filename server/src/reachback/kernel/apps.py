"""Django's registration of the kernel."""

from django.apps import AppConfig


class KernelConfig(AppConfig):
    """The kernel's tables: facts, their deliveries, timers and numbers."""

    name = "reachback.kernel"
    label = "kernel"
    default_auto_field = "django.db.models.BigAutoField"
