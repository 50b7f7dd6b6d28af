"""Django's registration of the audit log."""

from django.apps import AppConfig
from typing_extensions import override

from reachback.audit.acts import WORDS
from reachback.audit.slots import action_words
from reachback.audit.web.navigation import audit_link
from reachback.ui import slots


class AuditConfig(AppConfig):
    """Rows, Merkle logs and their signed heads."""

    name = "reachback.audit"
    label = "audit"
    default_auto_field = "django.db.models.BigAutoField"

    @override
    def ready(self) -> None:
        slots.navigation.register(audit_link, order=60)
        action_words.register(WORDS)
