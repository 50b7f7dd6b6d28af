"""The form of one clause: what it knows of a draft's clause, and the clause it makes.

It only parses and bounds; `drafting.mistakes` says what is wrong, at the clause, and the draft is
kept nevertheless.
"""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from django import forms
from django.utils.translation import gettext_lazy as _
from django_stubs_ext import StrOrPromise
from typing_extensions import override

from reachback.access.drafting import shapes
from reachback.access.drafting.shapes import Value
from reachback_wire.documents.capability import LIMITS, NAMES

_SPARE: Final = 2  # empty rows for windows, beneath those there are
_LONGEST: Final = 8_000
_DAYS: Final = (
    ("mon", _("Mon")),
    ("tue", _("Tue")),
    ("wed", _("Wed")),
    ("thu", _("Thu")),
    ("fri", _("Fri")),
    ("sat", _("Sat")),
    ("sun", _("Sun")),
)
_LABELS: Final = {
    "shell.user": _("Open a shell as an ordinary user"),
    "shell.admin": _("Open a shell as administrator"),
    "exec": _("Run scripts"),
    "files.read": _("Read files"),
    "files.write": _("Write files"),
    "tunnel": _("Connect to other addresses through the device"),
    "reboot": _("Restart the device"),
    "health": _("See the device's health"),
    "install": _("Install software"),
    "desktop.view": _("Watch the desktop"),
    "desktop.control": _("Use the desktop"),
}
_HELP: Final = {
    "shell.user": _("Users, separated by commas: guest, kiosk"),
    "exec": _("Further scripts by their SHA-256, one a line: sha256:…"),
    "files.read": _("Paths, one a line. * stays within a folder, /** is all beneath it."),
    "files.write": _("Paths, one a line, as for reading."),
    "tunnel": _("Addresses, one a line: 10.0.0.7:80. TCP only."),
    "install": _("Recipes, one a line; * is any."),
}


def _slug(name: str) -> str:
    return name.replace(".", "_")


def _text(**options: Any) -> forms.CharField:
    return forms.CharField(required=False, max_length=_LONGEST, **options)


def _lines(label: StrOrPromise, help_text: StrOrPromise = "", rows: int = 2) -> forms.CharField:
    attributes = {"rows": rows, "spellcheck": "false", "class": "mono"}
    widget = forms.Textarea(attrs=attributes)
    return _text(label=label, help_text=help_text, widget=widget)


class ClauseForm(forms.Form):
    """One clause. Fields of capabilities are made from the wire's own list."""

    teams = _text(
        label=_("Teams of the provider"),
        help_text=_("Separated by commas; empty is anybody there. Asserted by the provider."),
    )
    technicians = _lines(
        _("Technicians by their keys"),
        _("Public keys, one a line: ssh-ed25519 AAAA… Proved: the device checks the key itself."),
    )
    mfa = forms.ChoiceField(
        label=_("How they must have signed in"),
        choices=(
            ("any", _("any way")),
            ("totp", _("a one-time code or a passkey")),
            ("passkey", _("a passkey")),
        ),
    )
    any_hour = forms.BooleanField(label=_("At any hour"), required=False)
    zone = forms.CharField(label=_("Time zone"), required=False, max_length=64)
    holidays = _lines(_("Not on these days"), _("Holidays, one a line: 2026-12-25. Empty: none."))
    needed = forms.IntegerField(
        label=_("How many must approve each request"), min_value=0, max_value=16, required=False
    )
    approvers = forms.MultipleChoiceField(
        label=_("Approvers"), required=False, widget=forms.CheckboxSelectMultiple
    )
    expires_minutes = forms.IntegerField(
        label=_("An approval holds, minutes"), min_value=1, max_value=525_600, required=False
    )
    attended = forms.BooleanField(
        label=_("Only when the person at the device agrees"), required=False
    )
    case_required = forms.BooleanField(label=_("Only with a case"), required=False)
    on_cut = forms.ChoiceField(
        label=_("When access is cut"),
        choices=(
            ("freeze", _("nobody sees or types any more; what runs goes on")),
            ("kill", _("what runs is ended, too")),
        ),
    )
    clockless = forms.BooleanField(
        label=_("Works even when the device's clock is wrong"), required=False
    )
    emergency = forms.BooleanField(
        label=_("Emergency clause: its use is announced to all"), required=False
    )
    any_script = forms.BooleanField(label=_("Any script"), required=False)
    scripts = forms.MultipleChoiceField(
        label=_("Scripts you were shown"), required=False, widget=forms.CheckboxSelectMultiple
    )
    script_users = _text(
        label=_("Scripts run as"),
        help_text=_("Users, separated by commas. Empty: anybody but an administrator."),
    )
    scanner = forms.BooleanField(label=_("Only what ClamAV found clean"), required=False)

    def __init__(
        self,
        data: Mapping[str, Any] | None = None,
        *,
        clause: Value,
        scripts: Sequence[tuple[str, str]],
        approvers: Sequence[tuple[str, str]],
        zone: str,
    ) -> None:
        self.clause = clause
        self.rows = range(len((clause.get("when") or {}).get("windows", [])) + _SPARE)
        super().__init__(data, initial=_initial(clause, scripts, approvers, zone))
        _choices(self, "scripts", scripts)
        _choices(self, "approvers", approvers)
        for name in NAMES:
            label = _LABELS.get(name, name)
            self.fields[f"do_{_slug(name)}"] = forms.BooleanField(label=label, required=False)
            if LIMITS[name]:
                rows = 1 if name == "shell.user" else 2
                self.fields[f"on_{_slug(name)}"] = _lines(_HELP.get(name, name), rows=rows)
        for number in self.rows:
            days = forms.MultipleChoiceField(
                choices=_DAYS, required=False, widget=forms.CheckboxSelectMultiple, label=_("Days")
            )
            self.fields[f"days{number}"] = days
            for end, label in (("from", _("from")), ("to", _("to"))):
                widget = forms.TextInput(attrs={"type": "time"})
                field = forms.CharField(required=False, max_length=5, label=label, widget=widget)
                self.fields[f"{end}{number}"] = field

    def made(self) -> Value:
        """The clause as it was filled in; members without a field stay as they were."""
        given = self.cleaned_data
        return {
            **self.clause,
            "capabilities": [
                each
                for name in NAMES
                if given[_do(name)]
                for each in (self._capability(name), *shapes.further(self.clause, name))
            ],
            "who": {
                **(self.clause.get("who") or {}),
                "teams": _split(given["teams"], ","),
                "technicians": [" ".join(key.split()[:2]) for key in _split(given["technicians"])],
                "mfa": given["mfa"],
            },
            "when": None if given["any_hour"] else self._when(),
            "approval": self._approval(),
            "consent": "attended" if given["attended"] else "none",
            "case_required": given["case_required"],
            "on_cut": given["on_cut"],
            "clockless": given["clockless"],
            "emergency": given["emergency"],
        }

    def _capability(self, name: str) -> Value:
        given, limit = self.cleaned_data, LIMITS[name]
        found: Value = {**(shapes.capability(self.clause, name) or {}), "name": name}
        if limit:
            separator = "," if name == "shell.user" else "\n"
            found[limit] = _split(given[f"on_{_slug(name)}"], separator)
        if name == "exec":
            found[limit] = list(dict.fromkeys([*given["scripts"], *found[limit]]))
            found["any"] = given["any_script"]
            users = _split(given["script_users"], ",")
            found.pop("run_as", None)
            found |= {"run_as": users} if users else {}
        if name == "files.write":
            found.pop("scanner", None)
            found |= {"scanner": "clamav"} if given["scanner"] else {}
        return found

    def _when(self) -> Value:
        given = self.cleaned_data
        windows = [
            {"days": given[f"days{n}"], "from": given[f"from{n}"], "to": given[f"to{n}"]}
            for n in self.rows
            if given[f"days{n}"] or given[f"from{n}"] or given[f"to{n}"]
        ]
        dates = _split(given["holidays"])
        found: Value = {"zone": given["zone"], "windows": windows, "holidays": "allowed"}
        return found | ({"holidays": "refused", "dates": dates} if dates else {})

    def _approval(self) -> Value | None:
        given = self.cleaned_data
        if not given["needed"]:
            return None
        before = self.clause.get("approval") or {}
        return {
            **before,
            "needed": given["needed"],
            "keys": given["approvers"],
            "expires_minutes": given["expires_minutes"] or 30,
        }

    @override
    def clean(self) -> dict[str, Any]:
        given = super().clean() or {}
        for name in NAMES:
            given.setdefault(_do(name), False)
        return given

    def capabilities(self) -> list[dict[str, Any]]:
        """The capabilities' fields, in the order people ask for them."""
        order = [name for name in _LABELS if name in NAMES]
        order += [name for name in NAMES if name not in _LABELS]
        return [
            {
                "name": name,
                "do": self[_do(name)],
                "on": self[f"on_{_slug(name)}"] if LIMITS[name] else None,
            }
            for name in order
        ]

    def windows(self) -> list[tuple[Any, Any, Any]]:
        """The rows of windows."""
        return [(self[f"days{n}"], self[f"from{n}"], self[f"to{n}"]) for n in self.rows]


def _do(name: str) -> str:
    return f"do_{_slug(name)}"


def _choices(form: forms.Form, name: str, choices: Sequence[tuple[str, str]]) -> None:
    field = form.fields[name]
    if isinstance(field, forms.MultipleChoiceField):
        field.choices = list(choices)


def _split(text: str, separator: str = "\n") -> list[str]:
    parts = (each.strip() for each in text.replace("\r", "").split(separator))
    return list(dict.fromkeys(each for each in parts if each))


def _initial(
    clause: Value,
    scripts: Sequence[tuple[str, str]],
    approvers: Sequence[tuple[str, str]],
    zone: str,
) -> dict[str, Any]:
    who, when = clause.get("who") or {}, clause.get("when")
    approval = clause.get("approval") or {}
    found: dict[str, Any] = {
        "teams": ", ".join(who.get("teams", [])),
        "technicians": "\n".join(who.get("technicians", [])),
        "mfa": who.get("mfa", "any"),
        "any_hour": when is None,
        "zone": (when or {}).get("zone", zone),
        "holidays": "\n".join((when or {}).get("dates", [])),
        "needed": approval.get("needed", 0),
        "approvers": approval.get("keys", []),
        "expires_minutes": approval.get("expires_minutes", 30),
        "attended": clause.get("consent") == "attended",
    }
    same = ("case_required", "on_cut", "clockless", "emergency")
    found |= {name: clause.get(name) for name in same}
    for number, window in enumerate((when or {}).get("windows", [])):
        ends = {f"from{number}": window.get("from"), f"to{number}": window.get("to")}
        found |= {f"days{number}": window.get("days", []), **ends}
    return found | _initial_capabilities(clause, {each for each, _label in scripts})


def _initial_capabilities(clause: Value, shown: set[str]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for name in NAMES:
        given = shapes.capability(clause, name)
        found[_do(name)] = given is not None
        values = list((given or {}).get(LIMITS[name], [])) if LIMITS[name] else []
        if name == "exec":
            found["scripts"] = [each for each in values if each in shown]
            found["script_users"] = ", ".join((given or {}).get("run_as", []))
            found["any_script"] = bool((given or {}).get("any"))
            values = [each for each in values if each not in shown]
        if name == "files.write":
            found["scanner"] = bool((given or {}).get("scanner"))
        found[f"on_{_slug(name)}"] = (", " if name == "shell.user" else "\n").join(values)
    return found
