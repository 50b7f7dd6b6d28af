"""Django's entry for people."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class PeopleConfig(AppConfig):
    """Organisations, people and what they may do."""

    name = "reachback.people"
    label = "people"
    verbose_name = _("people")
