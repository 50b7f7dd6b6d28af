"""Django's registration of the audit log."""

from django.apps import AppConfig


class AuditConfig(AppConfig):
    """Rows, Merkle logs and their signed heads."""

    name = "reachback.audit"
    label = "audit"
    default_auto_field = "django.db.models.BigAutoField"
