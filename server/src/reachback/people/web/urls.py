"""Addresses of people's pages."""

from django.urls import path

from reachback.people.web import member_views, organisation_views, settings_views

app_name = "people"
urlpatterns = [
    path("people/me/", settings_views.settings, name="settings"),
    path("people/me/theme/", settings_views.theme, name="theme"),
    path("people/organisations/", organisation_views.organisations, name="organisations"),
    path(
        "people/organisations/<uuid:organisation_id>/",
        organisation_views.organisation,
        name="organisation",
    ),
    path(
        "people/organisations/<uuid:organisation_id>/members/",
        member_views.members,
        name="members",
    ),
    path("people/members/<uuid:person_id>/", member_views.member, name="member"),
    path("people/members/<uuid:person_id>/roles/", member_views.roles, name="member_roles"),
    path("people/members/<uuid:person_id>/off/", member_views.switch_off, name="member_off"),
    path("people/members/<uuid:person_id>/on/", member_views.switch_on, name="member_on"),
]
