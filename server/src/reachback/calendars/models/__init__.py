"""The nouns of calendars."""

from reachback.calendars.models.calendar import Calendar

__all__ = ["Calendar"]
