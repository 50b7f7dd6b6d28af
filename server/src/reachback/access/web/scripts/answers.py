"""The questions of one script as a form: a field for each parameter, whom to run it as."""

from collections.abc import Mapping, Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext as _

from reachback.access.scripts.parameters import Parameter

PREFIX = "a"


class RunForm(forms.Form):
    """Bounds nothing by itself: the operation judges the answers, and its sentences stand here."""

    def __init__(
        self,
        sent: Mapping[str, Any] | None,
        *,
        parameters: Sequence[Parameter],
        users: Sequence[tuple[str, str]],
    ) -> None:
        super().__init__(sent, prefix=PREFIX)
        for parameter in parameters:
            self.fields[parameter.name] = _field(parameter)
        # A parameter's name never has a capital letter, so none can be this field.
        self.fields["RUN_AS"] = forms.ChoiceField(
            label=_("Run it as"), choices=list(users), required=False
        )

    def given(self) -> dict[str, str]:
        """What was typed, by the parameters' names."""
        return {name: str(self.data.get(self.add_prefix(name), "")) for name in self.fields}

    def tell(self, problems: Mapping[str, str]) -> None:
        """Put each sentence beside its field."""
        for name, sentence in problems.items():
            self.add_error(name if name in self.fields else None, sentence)


def _field(parameter: Parameter) -> forms.Field:
    label = parameter.label or parameter.name
    shared: dict[str, Any] = {"label": label, "required": False, "help_text": _help(parameter)}
    if parameter.kind == "boolean":
        return forms.BooleanField(initial=parameter.default in ("on", "true", "1"), **shared)
    if parameter.kind == "choice":
        choices = [(each, each) for each in parameter.choices]
        blank = [] if parameter.required else [("", _("none"))]
        return forms.ChoiceField(choices=[*blank, *choices], initial=parameter.default, **shared)
    field = forms.CharField(strip=False, initial=parameter.default, **shared)
    field.widget.attrs |= {"autocomplete": "off", "spellcheck": "false"}
    if parameter.kind == "number":
        field.widget.attrs["inputmode"] = "numeric"
    if parameter.required:
        field.widget.attrs["aria-required"] = "true"
    return field


def _help(parameter: Parameter) -> str:
    words = []
    if parameter.kind == "number" and (parameter.least, parameter.most) != (None, None):
        least = "" if parameter.least is None else parameter.least
        most = "" if parameter.most is None else parameter.most
        words.append(_("A whole number, %(least)s to %(most)s.") % {"least": least, "most": most})
    if parameter.kind == "path":
        folder = parameter.beneath
        words.append(_("A path in %(folder)s.") % {"folder": folder} if folder else _("A path."))
    if parameter.required:
        words.append(_("Needed."))
    return " ".join(words)
