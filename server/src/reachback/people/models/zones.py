"""Time zones as a person's or a place's property: IANA names only."""

from functools import cache
from typing import Final
from zoneinfo import available_timezones

from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

ZONE_LENGTH: Final = 64
LANGUAGE_LENGTH: Final = 16


@cache
def zone_names() -> tuple[str, ...]:
    """Every zone of the installed database that names a place (or UTC), sorted."""
    names = available_timezones()
    return tuple(sorted(n for n in names if n == "UTC" or ("/" in n and not n.startswith("Etc/"))))


def validate_zone(value: str) -> None:
    """Raise ValidationError unless `value` is a zone the time-zone database knows."""
    if value not in available_timezones():
        raise ValidationError(
            _("“%(zone)s” is not a time zone."), code="zone", params={"zone": value}
        )
