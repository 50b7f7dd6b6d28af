"""Forms about devices."""

from typing import Any
from uuid import UUID

from django import forms
from django.utils.translation import gettext_lazy as _

from reachback.kernel.actors import Actor
from reachback.people import queries as people


class EnrolForm(forms.Form):
    """For which site, under which name."""

    site = forms.ChoiceField(label=_("Customer and site"))
    name = forms.CharField(
        label=_("Name of the device"),
        max_length=80,
        help_text=_("The customer may sign another name in the device statement."),
    )

    def __init__(self, *args: Any, actor: Actor, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        customers = people.customers(actor)
        self._sites = {
            str(site.id): site for site in people.sites(actor).filter(organisation__in=customers)
        }
        choices = sorted(
            ((key, f"{site.organisation.name}: {site.name}") for key, site in self._sites.items()),
            key=lambda choice: choice[1],
        )
        self.fields["site"].choices = [("", _("Choose a site")), *choices]  # type: ignore[attr-defined]

    def chosen(self) -> tuple[UUID, UUID]:
        """Return the chosen (customer, site); only after is_valid()."""
        site = self._sites[self.cleaned_data["site"]]
        return site.organisation_id, site.id
