"""Forms of the script library. Each only parses and bounds; operations decide."""

import re
from collections.abc import Mapping, Sequence
from typing import Any, Final

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from typing_extensions import override

from reachback.access.models import Script, ScriptVersion
from reachback.access.scripts import parameters as typed
from reachback.access.scripts import versions
from reachback.access.scripts.parameters import Parameter
from reachback.access.scripts.versions import NewVersion

BLANK_ROWS: Final = 2
_RANGE = re.compile(r"\s*([+-]?\d{1,16})?\s*(?:\.\.|to)\s*([+-]?\d{1,16})?\s*", re.ASCII)
_KINDS = (
    ("text", gettext_lazy("text")),
    ("number", gettext_lazy("whole number")),
    ("choice", gettext_lazy("choice")),
    ("boolean", gettext_lazy("yes or no")),
    ("path", gettext_lazy("path")),
    ("package", gettext_lazy("package's name")),
    ("version", gettext_lazy("version")),
)


class ScriptForm(forms.Form):
    """A script's description and its next text."""

    name = forms.CharField(label=gettext_lazy("Name"), max_length=80)
    about = forms.CharField(
        label=gettext_lazy("What it does"),
        max_length=300,
        required=False,
        help_text=gettext_lazy("One sentence, for whoever chooses it at night."),
    )
    purpose = forms.ChoiceField(label=gettext_lazy("What it is"), choices=Script.Purpose.choices)
    interpreter = forms.ChoiceField(
        label=gettext_lazy("Interpreter"), choices=ScriptVersion.Interpreter.choices
    )
    text = forms.CharField(
        label=gettext_lazy("Text"),
        strip=False,
        widget=forms.Textarea(
            attrs={"rows": 16, "spellcheck": "false", "autocapitalize": "off", "class": "mono"}
        ),
        help_text=gettext_lazy(
            "Parameters arrive in order as $1, $2… and by name as REACHBACK_NAME. At most 64 KiB."
        ),
    )
    time_limit = forms.IntegerField(
        label=gettext_lazy("Time limit, seconds"),
        min_value=1,
        max_value=86_400,
        initial=versions.SECONDS,
        help_text=gettext_lazy("Then it is ended, with everything it started."),
    )
    output_limit = forms.IntegerField(
        label=gettext_lazy("Output limit, KiB"),
        min_value=1,
        max_value=16_384,
        initial=versions.OUTPUT // 1024,
        help_text=gettext_lazy("Output and errors together; what came before is kept."),
    )
    note = forms.CharField(
        label=gettext_lazy("What is new"),
        max_length=300,
        required=False,
        help_text=gettext_lazy("Stands beside the version, for whoever compares them."),
    )
    based_on = forms.IntegerField(widget=forms.HiddenInput, required=False)

    def rows(self) -> list[list[forms.BoundField]]:
        """The fields row by row; those in one row stand side by side on a wide screen."""
        shape = (
            ("name",),
            ("about",),
            ("purpose", "interpreter"),
            ("text",),
            ("time_limit", "output_limit"),
        )
        return [[self[name] for name in row] for row in shape]

    def version(self, parameters: Sequence[Parameter]) -> NewVersion:
        """What was written, as the operation takes it."""
        given = self.cleaned_data
        return NewVersion(
            text=given["text"],
            interpreter=given["interpreter"],
            parameters=tuple(parameters),
            time_limit=given["time_limit"],
            output_limit=given["output_limit"] * 1024,
            note=given["note"],
        )


def of_version(version: ScriptVersion) -> dict[str, Any]:
    """The initial values for writing the version after this one."""
    return {
        "name": version.script.name,
        "about": version.script.about,
        "purpose": version.script.purpose,
        "interpreter": version.interpreter,
        "text": version.text,
        "time_limit": version.time_limit,
        "output_limit": -(-version.output_limit // 1024),
        "based_on": version.number,
    }


class ParameterForm(forms.Form):
    """One parameter; a row without a name is none."""

    name = forms.CharField(label=gettext_lazy("Name"), max_length=32, required=False)
    label = forms.CharField(label=gettext_lazy("Question"), max_length=80, required=False)
    kind = forms.ChoiceField(label=gettext_lazy("Answer"), choices=_KINDS)
    limits = forms.CharField(label=gettext_lazy("Limits"), max_length=300, required=False)
    default = forms.CharField(label=gettext_lazy("Usual answer"), max_length=500, required=False)
    required = forms.BooleanField(label=gettext_lazy("Needed"), required=False)

    @property
    def is_blank(self) -> bool:
        """Whether nothing was asked for in this row."""
        return not self.cleaned_data.get("name") and not self.cleaned_data.get("label")

    @override
    def clean(self) -> dict[str, Any]:
        given = super().clean() or {}
        if self.is_blank or self.errors:
            return given
        if given["kind"] == "number" and given["limits"] and not _RANGE.fullmatch(given["limits"]):
            raise ValidationError({"limits": _("Write the least and the most: 1..365.")})
        if given["kind"] == "text" and given["limits"] and not given["limits"].strip().isdecimal():
            raise ValidationError({"limits": _("Write how many characters at most: 80.")})
        trouble = versions.parameter_problem(self.parameter())
        if trouble:
            raise ValidationError(trouble)
        return given

    def parameter(self) -> Parameter:
        """The parameter of this row."""
        given = self.cleaned_data
        name, kind = given["name"].strip(), given["kind"]
        return Parameter(
            name=name,
            label=given["label"].strip() or name,
            kind=kind,
            required=given["required"] and kind != "boolean",
            default=given["default"].strip(),
            **_limits(kind, given["limits"].strip()),
        )


def _limits(kind: str, words: str) -> dict[str, Any]:
    found = _RANGE.fullmatch(words)
    if kind == "number" and found is not None:
        least, most = (None if each is None else int(each) for each in found.groups())
        return {"least": least, "most": most}
    if kind == "choice":
        return {"choices": tuple(each.strip()[:80] for each in words.split(",") if each.strip())}
    if kind == "path":
        return {"beneath": words}
    if kind == "text" and words.isdecimal():
        return {"longest": min(int(words), typed.LONGEST)}
    return {}


def _limit_words(parameter: Parameter) -> str:
    if parameter.kind == "number" and (parameter.least, parameter.most) != (None, None):
        ends = ("" if each is None else str(each) for each in (parameter.least, parameter.most))
        return "..".join(ends)
    if parameter.kind == "choice":
        return ", ".join(parameter.choices)
    if parameter.kind == "text" and parameter.longest < typed.LONGEST:
        return str(parameter.longest)
    return parameter.beneath


def rows_posted(given: Mapping[str, str]) -> list[ParameterForm]:
    """The rows of parameters that were posted; `rows` says how many there were."""
    text = given.get("rows", "0")
    count = min(int(text), typed.MOST) if text.isascii() and text.isdigit() else 0
    return [ParameterForm(given, prefix=f"p{n}") for n in range(count)]


def rows_of(parameters: Sequence[Parameter], blank: int = BLANK_ROWS) -> list[ParameterForm]:
    """Rows to write in: one for each parameter, then blank ones."""
    values: list[dict[str, Any]] = [
        {
            "name": each.name,
            "label": each.label,
            "kind": each.kind,
            "limits": _limit_words(each),
            "default": each.default,
            "required": each.required,
        }
        for each in parameters
    ]
    values += [{} for _n in range(min(blank, typed.MOST - len(values)))]
    return [ParameterForm(initial=each, prefix=f"p{n}") for n, each in enumerate(values)]
