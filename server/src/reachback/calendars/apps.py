"""The calendars app."""

from django.apps import AppConfig


class CalendarsConfig(AppConfig):
    """Business hours and holidays."""

    name = "reachback.calendars"
    label = "calendars"
