"""Addresses of the demo; they exist in demo mode only."""

from django.urls import path

from reachback.config.demo import views

urlpatterns = [
    path("", views.first_page, name="demo-first"),
    path("state.json", views.state_json, name="demo-state"),
    path("enter/", views.enter, name="demo-enter"),
    path("break/", views.break_hotel, name="demo-break"),
    path("repair/", views.repair_hotel, name="demo-repair"),
    path("cut/", views.cut_cable, name="demo-cut"),
    path("dishonest/", views.dishonest, name="demo-dishonest"),
    path("alter/", views.alter, name="demo-alter"),
    path("remove-samples/", views.remove_samples, name="demo-remove-samples"),
]
