"""The form of what holds for the whole contract: title, devices, dates, recording, telling."""

from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django import forms
from django.utils.translation import gettext_lazy as _

from reachback.access.drafting.shapes import Value

_TELL = (
    ("start", _("when a session begins")),
    ("end", _("when it ends")),
    ("refusal", _("when something is refused")),
)


class TermsForm(forms.Form):
    """Everything but the clauses. Days are the customer's, in `zone`."""

    title = forms.CharField(label=_("Title"), max_length=200, required=False)
    tags = forms.MultipleChoiceField(
        label=_("Devices with these tags"), required=False, widget=forms.CheckboxSelectMultiple
    )
    more_tags = forms.CharField(
        label=_("Further tags"),
        max_length=1_000,
        required=False,
        help_text=_("Separated by commas, for devices that you will vouch for later."),
    )
    devices = forms.MultipleChoiceField(
        label=_("And these devices"), required=False, widget=forms.CheckboxSelectMultiple
    )
    begins = forms.DateField(
        label=_("First day"),
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        help_text=_("Empty: from when it is signed."),
    )
    ends = forms.DateField(
        label=_("Last day"),
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        help_text=_("Through its end, in your time zone."),
    )
    recording = forms.ChoiceField(
        label=_("Recording"),
        choices=(("required", _("every session is recorded")), ("optional", _("not demanded"))),
    )
    hours = forms.IntegerField(
        label=_("Hours without your word until only health works"),
        min_value=0,
        max_value=8_760,
        required=False,
        help_text=_(
            "Your word is anything you sign: a contract, a keyset, a device statement. 0 is never: "
            "then only what a device hears stops a server that withholds a revocation."
        ),
    )
    notify = forms.MultipleChoiceField(
        label=_("Tell us"), choices=_TELL, required=False, widget=forms.CheckboxSelectMultiple
    )

    def __init__(
        self,
        data: Mapping[str, Any] | None = None,
        *,
        value: Value,
        tags: Sequence[str],
        devices: Sequence[tuple[str, str]],
        zone: str,
    ) -> None:
        self.value, self.zone, self.known_tags = value, ZoneInfo(zone), tuple(tags)
        super().__init__(data, initial=self._initial(devices))
        for name, choices in (("tags", [(tag, tag) for tag in tags]), ("devices", list(devices))):
            field = self.fields[name]
            if isinstance(field, forms.MultipleChoiceField):
                field.choices = choices

    def _initial(self, devices: Sequence[tuple[str, str]]) -> dict[str, Any]:
        value = self.value
        given = value.get("devices") or {}
        tags = given.get("tags") or []
        effective = int(value.get("effective") or 0)
        return {
            "title": value.get("title", ""),
            "tags": [tag for tag in tags if tag in self.known_tags],
            "more_tags": ", ".join(tag for tag in tags if tag not in self.known_tags),
            "devices": given.get("keys") or [],
            "begins": self._day(effective) if effective else None,
            "ends": self._day(int(value.get("expires") or 0) - 1),
            "recording": value.get("recording", "required"),
            "hours": (value.get("freshness") or {}).get("hours", 0),
            "notify": value.get("notify") or [],
        }

    def made(self) -> Value:
        """The draft with these terms; clauses and parties stay."""
        given = self.cleaned_data
        more = [each.strip() for each in given["more_tags"].split(",") if each.strip()]
        hours = given["hours"] or 0
        return {
            **self.value,
            "title": given["title"].strip(),
            "devices": {
                "keys": given["devices"],
                "tags": list(dict.fromkeys([*given["tags"], *more])),
            },
            "effective": self._instant(given["begins"]) if given["begins"] else 0,
            "expires": self._instant(given["ends"] + timedelta(days=1)),
            "recording": given["recording"],
            "freshness": {"hours": hours, "source": "customer" if hours else "none"},
            "notify": given["notify"],
        }

    def _instant(self, day: date) -> int:
        return int(datetime.combine(day, time(), self.zone).timestamp()) * 1000

    def _day(self, at: int) -> date:
        moment = datetime.fromtimestamp(max(at, 0) / 1000, UTC)
        return moment.astimezone(self.zone).date()
