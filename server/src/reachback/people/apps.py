"""Django's entry for people."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _
from typing_extensions import override


class PeopleConfig(AppConfig):
    """Organisations, people and what they may do."""

    name = "reachback.people"
    label = "people"
    verbose_name = _("people")

    @override
    def ready(self) -> None:
        from reachback.audit import slots as audit_slots  # noqa: PLC0415 - the same
        from reachback.people import leaving  # noqa: PLC0415 - the same
        from reachback.people.naming import organisation_names  # noqa: PLC0415 - the same
        from reachback.people.web import navigation  # noqa: PLC0415 - apps load before models
        from reachback.ui import slots  # noqa: PLC0415 - the same

        leaving.listen()
        audit_slots.organisation_names.register(organisation_names)
        slots.navigation.register(navigation.organisations, order=50)
        slots.navigation.register(navigation.members, order=50)
        slots.account_menu.register(navigation.settings, order=10)
        slots.account_menu.register(navigation.security, order=20)
        slots.account_menu.register(navigation.sign_out, order=90)
        slots.palette.register(navigation.commands, order=50)
