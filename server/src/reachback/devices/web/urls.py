"""Addresses of the provider's pages about devices, and of enrolment."""

from django.urls import path

from reachback.devices.web import enrolment, views

app_name = "devices"
urlpatterns = [
    path("devices/", views.device_list, name="list"),
    path("devices/enrol", enrolment.enrol_device, name="enrol"),
    path("devices/enrol/new/", views.enrol_start, name="enrol_start"),
    path("devices/<uuid:device_id>/wait/stop", views.stop_waiting, name="stop_waiting"),
    path("devices/<uuid:device_id>/", views.device, name="detail"),
]
