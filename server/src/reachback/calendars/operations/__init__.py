"""The writes of calendars, one module each."""

from reachback.calendars.operations.create_calendar import create_calendar

__all__ = ["create_calendar"]
