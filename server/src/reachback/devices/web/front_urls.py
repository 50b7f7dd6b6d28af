"""Addresses only the front may use, under /-/front/."""

from django.urls import path

from reachback.devices.web import front

app_name = "devices_front"
urlpatterns = [
    path("devices/hello", front.hello, name="hello"),
    path("devices/lost", front.lost, name="lost"),
    path("devices/reports", front.reports, name="reports"),
]
