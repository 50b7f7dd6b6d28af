"""What the reader chose in the address, and the links that choose otherwise."""

from dataclasses import dataclass
from datetime import datetime
from urllib.parse import urlencode
from uuid import UUID

from django.utils.timezone import get_current_timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from reachback.insight.period import DEFAULT, LENGTHS, last_days
from reachback.insight.queries import Choice
from reachback.insight.web.contexts import Link, Option
from reachback.kernel.actors import Actor
from reachback.kernel.requests import ActorRequest
from reachback.people import queries as people
from reachback.people.errors import NoSuchOrganisation


@dataclass(frozen=True)
class Chosen:
    """The choice and the customers it was made among."""

    choice: Choice
    customers: tuple[tuple[UUID, str], ...]

    @property
    def customer(self) -> str:
        """The chosen customer's name, empty for all."""
        return dict(self.customers).get(self.choice.organisation_id or UUID(int=0), "")

    def query(self, **changed: str) -> str:
        """The address's query with some of it changed."""
        kept = {
            "days": str(self.choice.period.days),
            "customer": str(self.choice.organisation_id or ""),
            "sample": "" if self.choice.samples else "no",
        }
        return "?" + urlencode({name: value for name, value in (kept | changed).items() if value})

    def lengths(self) -> list[Link]:
        """The three lengths of time."""
        return [
            Link(
                words=ngettext("%(n)s day", "%(n)s days", days) % {"n": days},
                href=self.query(days=str(days)),
                here=days == self.choice.period.days,
            )
            for days in LENGTHS
        ]

    def sample_links(self) -> list[Link]:
        """The one switch."""
        samples = self.choice.samples
        return [
            Link(words=_("With sample data"), href=self.query(sample=""), here=samples),
            Link(words=_("Recorded only"), href=self.query(sample="no"), here=not samples),
        ]

    def options(self) -> list[Option]:
        """The customers to choose among."""
        chosen = self.choice.organisation_id
        return [
            Option(value=str(customer_id), name=name, chosen=customer_id == chosen)
            for customer_id, name in self.customers
        ]


def chosen(request: ActorRequest, now: datetime) -> Chosen:
    """Read the address. An unknown length is the usual one; an unknown customer is not found."""
    actor, asked = request.actor, request.GET
    given = asked.get("days", "")
    days = int(given) if given in {str(length) for length in LENGTHS} else DEFAULT
    customers = tuple(people.customers(actor).order_by("name").values_list("id", "name"))
    choice = Choice(
        period=last_days(days, now=now, zone=get_current_timezone()),
        organisation_id=_organisation(actor, asked.get("customer", ""), customers),
        samples=asked.get("sample", "") != "no",
    )
    return Chosen(choice, customers if actor.is_provider else ())


def _organisation(actor: Actor, asked: str, customers: tuple[tuple[UUID, str], ...]) -> UUID | None:
    if not actor.is_provider:
        return actor.organisation_id
    if not asked:
        return None
    by_text = {str(customer_id): customer_id for customer_id, _name in customers}
    if asked not in by_text:
        raise NoSuchOrganisation(UUID(int=0))
    return by_text[asked]
