"""The access app."""

from django.apps import AppConfig


class AccessConfig(AppConfig):
    """Contracts, grants, sessions, recordings."""

    name = "reachback.access"
    label = "access"
    verbose_name = "Access"
