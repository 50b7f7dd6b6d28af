"""Days on which nobody works: public holidays of a region and an organisation's own dates."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import lru_cache

import holidays

from reachback.calendars.errors import BadHours


@dataclass(frozen=True, slots=True)
class Closures:
    """Closed local dates; `country` and `subdivision` are ISO 3166 codes ("DE", "BY")."""

    country: str = ""
    subdivision: str = ""
    own: Mapping[date, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if self.country:
            _public_holidays(self.country, self.subdivision, 2000)

    def name_on(self, day: date) -> str | None:
        """The name of the closure on `day`, or None when it is an ordinary day."""
        if day in self.own:
            return self.own[day]
        if not self.country:
            return None
        return _public_holidays(self.country, self.subdivision, day.year).get(day)


@lru_cache(maxsize=512)
def _public_holidays(country: str, subdivision: str, year: int) -> dict[date, str]:
    try:
        found = holidays.country_holidays(country, subdiv=subdivision or None, years=year)
    except NotImplementedError as error:
        raise BadHours(what=f"no holidays are known for {country} {subdivision}".strip()) from error
    return {day: str(name) for day, name in found.items() if day.year == year}
