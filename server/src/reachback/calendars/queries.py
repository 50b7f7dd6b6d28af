"""Reads of calendars. Calendars are the provider's own, with nothing of a customer in them."""

from uuid import UUID

from reachback.calendars import documents
from reachback.calendars.business import BusinessCalendar
from reachback.calendars.documents import CalendarDocument
from reachback.calendars.models import Calendar


def business_calendar(calendar_id: UUID) -> BusinessCalendar:
    """The stored calendar, ready for arithmetic. Raises Calendar.DoesNotExist and BadHours."""
    return documents.read(calendar_document(calendar_id))


def calendar_document(calendar_id: UUID) -> CalendarDocument:
    """The stored calendar as its document."""
    row = Calendar.objects.get(pk=calendar_id)
    return CalendarDocument(
        zone=row.zone,
        week=row.week,
        country=row.country,
        subdivision=row.subdivision,
        closed=row.closed,
    )
