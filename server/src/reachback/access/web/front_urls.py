"""Addresses only the front may use, under /-/front/."""

from django.urls import path

from reachback.access.web import front

app_name = "access_front"
urlpatterns = [
    path("tickets/redeem", front.redeem, name="redeem"),
    path("incidents", front.incidents, name="incidents"),
    path("sessions/events", front.events, name="events"),
]
