"""Forms of people. Each only parses and bounds; operations decide."""

from typing import Any

from django import forms
from django.conf import settings
from django.utils.translation import gettext_lazy as _

from reachback.people.models import User
from reachback.people.models.role import CUSTOMER_ROLES, PROVIDER_ROLES, Role
from reachback.people.models.zones import zone_names


def role_choices(*, provider: bool) -> list[tuple[str, str]]:
    """The roles that exist in an organisation of this side, in the order of Role."""
    fitting = PROVIDER_ROLES if provider else CUSTOMER_ROLES
    return [(role.value, str(role.label)) for role in Role if role in fitting]


class SettingsForm(forms.Form):
    """A person's own settings."""

    name = forms.CharField(label=_("Name"), max_length=120)
    zone = forms.ChoiceField(label=_("Time zone"), help_text=_("Every time is shown in it."))
    language = forms.ChoiceField(label=_("Language"))
    theme = forms.ChoiceField(label=_("Light or dark"), choices=User.Theme.choices)
    single_keys = forms.BooleanField(
        label=_("Single-letter keys"),
        required=False,
        help_text=_("j and k move, a assigns, ? shows all. They never work while you type."),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        zones = self.fields["zone"]
        languages = self.fields["language"]
        if isinstance(zones, forms.ChoiceField):
            zones.choices = [(name, name.replace("_", " ")) for name in zone_names()]
        if isinstance(languages, forms.ChoiceField):
            languages.choices = list(settings.LANGUAGES)
        self.fields["name"].widget.attrs["autocomplete"] = "name"


class NewPersonForm(forms.Form):
    """Somebody new in an organisation."""

    name = forms.CharField(label=_("Name"), max_length=120)
    email = forms.EmailField(
        label=_("E-mail"), max_length=254, help_text=_("They get a mail to set their password.")
    )
    role = forms.ChoiceField(label=_("Role"))

    def __init__(self, *args: Any, provider: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        roles = self.fields["role"]
        if isinstance(roles, forms.ChoiceField):
            roles.choices = role_choices(provider=provider)


class RolesForm(forms.Form):
    """The roles somebody holds."""

    roles = forms.MultipleChoiceField(
        label=_("Roles"), widget=forms.CheckboxSelectMultiple, required=False
    )

    def __init__(self, *args: Any, provider: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        roles = self.fields["roles"]
        if isinstance(roles, forms.MultipleChoiceField):
            roles.choices = role_choices(provider=provider)


class ThemeForm(forms.Form):
    """The toggle in the top bar."""

    theme = forms.ChoiceField(choices=User.Theme.choices)
