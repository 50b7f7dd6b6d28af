"""Addresses of people's pages for customers, below /portal/."""

from django.urls import path

from reachback.people.web.portal import views

app_name = "people_portal"
urlpatterns = [
    path("people/", views.people, name="people"),
    path("people/new/", views.new_person, name="new_person"),
]
