"""Form fields several of people's forms share."""

import re
from typing import Any, Final

from django import forms
from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.utils.translation import gettext_lazy as _
from typing_extensions import override

from reachback.people.models.zones import zone_names

MOST_LINES: Final = 20
_PHONE = re.compile(r"\+?[0-9][0-9 ()/.-]{2,38}")
_COUNTRY = re.compile(r"[A-Za-z]{2}")


class ZoneField(forms.ChoiceField):
    """A place whose clock is meant."""

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("label", _("Time zone"))
        super().__init__(**kwargs)
        self.choices = [(name, name.replace("_", " ")) for name in zone_names()]
        self.error_messages["invalid_choice"] = _(
            "“%(value)s” is not a time zone. Choose one from the list, for example Europe/Oslo."
        )


class LanguageField(forms.ChoiceField):
    """A language the pages exist in."""

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("label", _("Language"))
        super().__init__(**kwargs)
        self.choices = list(settings.LANGUAGES)


class CountryField(forms.CharField):
    """Two letters, or nothing."""

    def __init__(self, **kwargs: Any) -> None:
        help_text = _("Two letters, for example NO.")
        super().__init__(label=_("Country"), required=False, help_text=help_text, **kwargs)
        self.widget.attrs |= {"maxlength": 2, "autocapitalize": "characters"}

    @override
    def clean(self, value: Any) -> str:
        text = str(super().clean(value)).upper()
        if text and not _COUNTRY.fullmatch(text):
            raise ValidationError(
                _("“%(value)s” is not a country's two letters: write NO for Norway, CN for China."),
                params={"value": text[:20]},
            )
        return text


class LinesField(forms.CharField):
    """Several values, one per line; each is checked, and the error names the one that is wrong."""

    widget = forms.Textarea

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(required=False, **kwargs)
        self.widget.attrs |= {"rows": 2, "spellcheck": "false"}

    @override
    def prepare_value(self, value: Any) -> Any:
        return "\n".join(value) if isinstance(value, list | tuple) else value

    @override
    def clean(self, value: Any) -> Any:
        lines = [line.strip() for line in str(super().clean(value)).splitlines() if line.strip()]
        if len(lines) > MOST_LINES:
            raise ValidationError(
                _("These are %(count)d; keep the %(most)d that are used."),
                params={"count": len(lines), "most": MOST_LINES},
            )
        for line in lines:
            self.check_line(line)
        return lines

    def check_line(self, line: str) -> None:
        """Raise ValidationError for a line that is no such address."""


class EmailLinesField(LinesField):
    """E-mail addresses."""

    @override
    def check_line(self, line: str) -> None:
        try:
            validate_email(line)
        except ValidationError as error:
            raise ValidationError(
                _("“%(line)s” is not an e-mail address. Write one per line, name@example.com."),
                params={"line": line[:120]},
            ) from error


class PhoneLinesField(LinesField):
    """Phone numbers."""

    @override
    def check_line(self, line: str) -> None:
        if not _PHONE.fullmatch(line):
            raise ValidationError(
                _("“%(line)s” is not a phone number. Write one per line, +47 55 12 34 56."),
                params={"line": line[:120]},
            )
