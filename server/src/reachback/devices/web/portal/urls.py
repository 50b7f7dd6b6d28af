"""Addresses under /portal/."""

from django.urls import path

from reachback.devices.web.portal import views

app_name = "devices_portal"
urlpatterns = [
    path("devices/", views.device_list, name="list"),
    path("devices/<uuid:device_id>/", views.device, name="detail"),
]
