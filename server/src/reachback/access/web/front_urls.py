"""Addresses only the front may use, under /-/front/."""

from django.urls import path

from reachback.access.web import front

app_name = "access_front"
urlpatterns = [
    path("tickets/redeem", front.redeem, name="redeem"),
    path("sessions/events", front.events, name="events"),
]
