"""Forms of people. Each only parses and bounds; operations decide."""

from collections.abc import Iterable, Sequence
from typing import Any, ClassVar
from uuid import UUID

from django import forms
from django.utils.translation import gettext_lazy as _
from typing_extensions import override

from reachback.people.models import User
from reachback.people.models.role import CUSTOMER_ROLES, PROVIDER_ROLES, Role
from reachback.people.web.fields import (
    CountryField,
    EmailLinesField,
    LanguageField,
    PhoneLinesField,
    ZoneField,
)

Choices = Iterable[tuple[str, str]]


def role_choices(*, provider: bool) -> list[tuple[str, str]]:
    """The roles that exist in an organisation of this side, in the order of Role."""
    fitting = PROVIDER_ROLES if provider else CUSTOMER_ROLES
    return [(role.value, str(role.label)) for role in Role if role in fitting]


class SettingsForm(forms.Form):
    """A person's own settings."""

    name = forms.CharField(label=_("Name"), max_length=120)
    zone = ZoneField(help_text=_("Every time is shown in it."))
    language = LanguageField()
    theme = forms.ChoiceField(label=_("Light or dark"), choices=User.Theme.choices)
    single_keys = forms.BooleanField(
        label=_("Single-letter keys"),
        required=False,
        help_text=_("j and k move, a assigns, ? shows all. They never work while you type."),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
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


class ThemeForm(forms.Form):
    """The toggle in the top bar."""

    theme = forms.ChoiceField(choices=User.Theme.choices)


class RowsForm(forms.Form):
    """A form drawn row by row; fields named together stand side by side on a wide screen."""

    ROWS: ClassVar[Sequence[Sequence[str]]] = ()
    #: The field that an "already in use" is about.
    UNIQUE: ClassVar[str] = "name"

    def rows(self) -> list[list[forms.BoundField]]:
        """The bound fields in the order of ROWS."""
        return [[self[name] for name in row if name in self.fields] for row in self.ROWS]


class OrganisationForm(RowsForm):
    """A customer or a partner."""

    ROWS = (("name",), ("kind", "zone", "language"))

    name = forms.CharField(label=_("Name"), max_length=120)
    kind = forms.ChoiceField(
        label=_("Kind"), choices=[("customer", _("customer")), ("partner", _("partner"))]
    )
    zone = ZoneField(help_text=_("Where its people are; each site has its own."))
    language = LanguageField()

    def __init__(self, *args: Any, existing: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["name"].widget.attrs["autocomplete"] = "organization"
        if existing:
            del self.fields["kind"]


class SiteForm(RowsForm):
    """A place with its own clock."""

    ROWS = (("name",), ("address",), ("city", "country"), ("zone", "language"))

    name = forms.CharField(label=_("Name"), max_length=120)
    address = forms.CharField(label=_("Address"), max_length=300, required=False)
    city = forms.CharField(label=_("City"), max_length=80, required=False)
    country = CountryField()
    zone = ZoneField(help_text=_("Opening hours and every local time follow it."))
    language = LanguageField()


class ContactForm(RowsForm):
    """A person at a customer, who need not be able to sign in."""

    ROWS = (("name", "job"), ("site", "language"), ("emails", "phones"))

    name = forms.CharField(label=_("Name"), max_length=120)
    job = forms.CharField(label=_("What they do"), max_length=80, required=False)
    site = forms.ChoiceField(label=_("Site"), required=False)
    language = LanguageField()
    emails = EmailLinesField(label=_("E-mail addresses"), help_text=_("One per line."))
    phones = PhoneLinesField(label=_("Phone numbers"), help_text=_("One per line."))

    def __init__(self, *args: Any, sites: Choices, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _choose(self, "site", [("", _("every site")), *sites])


class TeamForm(RowsForm):
    """Agents who share a queue."""

    ROWS = (("name",), ("about",))

    name = forms.CharField(label=_("Name"), max_length=80)
    about = forms.CharField(
        label=_("What it is for"), max_length=200, required=False,
        help_text=_("One sentence. Agents read it when they hand a case over."),
    )  # fmt: skip


class SkillForm(RowsForm):
    """Something agents can be good at."""

    ROWS = (("name",),)

    name = forms.CharField(
        label=_("Name"), max_length=80,
        help_text=_("A language, a product or a craft: Mandarin, guest registration, networks."),
    )  # fmt: skip


class PersonForm(RowsForm):
    """Somebody who can sign in: the boxes that fit their side."""

    ROWS = (("name",), ("zone", "language"))
    UNIQUE = "name"

    name = forms.CharField(label=_("Name"), max_length=120)
    zone = ZoneField()
    language = LanguageField()
    roles = forms.MultipleChoiceField(
        label=_("Roles"), widget=forms.CheckboxSelectMultiple, required=False
    )
    everywhere = forms.BooleanField(required=False)
    reach = forms.MultipleChoiceField(widget=forms.CheckboxSelectMultiple, required=False)

    def __init__(self, *args: Any, provider: bool, reach: Choices, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _choose(self, "roles", role_choices(provider=provider))
        _choose(self, "reach", reach)
        self.fields["everywhere"].label = (
            _("Every customer, new ones too") if provider else _("Every site, new ones too")
        )
        self.fields["reach"].label = (
            _("Only these customers") if provider else _("Only these sites")
        )

    @override
    def clean(self) -> dict[str, Any]:
        """Somebody who reaches nothing could not even see their own cases: say so."""
        values = super().clean() or {}
        if not values.get("everywhere") and not values.get("reach") and "reach" not in self.errors:
            self.add_error("reach", _("Tick at least one, or tick “every”."))
        return values

    def reached(self) -> list[UUID] | None:
        """The ticked ids, or None for everywhere."""
        values = self.cleaned_data
        return None if values["everywhere"] else [UUID(each) for each in values["reach"]]


class TeamsForm(forms.Form):
    """The teams of an agent."""

    teams = forms.MultipleChoiceField(
        label=_("Teams"), widget=forms.CheckboxSelectMultiple, required=False
    )

    def __init__(self, *args: Any, teams: Choices, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _choose(self, "teams", teams)


LEVELS = (
    ("1", _("1 · is learning it")),
    ("2", _("2 · with help")),
    ("3", _("3 · on their own")),
    ("4", _("4 · helps others")),
    ("5", _("5 · teaches it")),
)


class HeldSkillForm(forms.Form):
    """How good an agent is at something."""

    skill = forms.CharField(label=_("Skill"), max_length=80)
    level = forms.ChoiceField(label=_("Level"), choices=LEVELS, initial="3")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["skill"].widget.attrs |= {"list": "skill-names", "autocomplete": "off"}


class MemberForm(forms.Form):
    """Somebody to put into a team."""

    person = forms.ChoiceField(label=_("Agent"))

    def __init__(self, *args: Any, people: Choices, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _choose(self, "person", people)


class FilterForm(forms.Form):
    """What the list of customers is narrowed to; anything else is ignored."""

    q = forms.CharField(max_length=80, required=False)
    state = forms.ChoiceField(choices=[("", ""), ("off", "")], required=False)


class ConfirmForm(forms.Form):
    """The name typed again, before nobody there can sign in any more."""

    name = forms.CharField(label=_("Type the name to confirm"), max_length=120)

    def __init__(self, *args: Any, expected: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._expected = expected
        self.fields["name"].widget.attrs |= {"data-confirms": expected, "autocomplete": "off"}

    def clean_name(self) -> str:
        """The same name, character by character."""
        typed: str = self.cleaned_data["name"]
        if typed != self._expected:
            raise forms.ValidationError(
                _("This is not the name: type “%(name)s”."), params={"name": self._expected}
            )
        return typed


def _choose(form: forms.Form, name: str, choices: Iterable[tuple[Any, Any]]) -> None:
    field = form.fields[name]
    if isinstance(field, forms.ChoiceField):
        field.choices = list(choices)
