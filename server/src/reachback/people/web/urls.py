"""Addresses of people's pages."""

from django.urls import path

from reachback.people.web import (
    member_views,
    organisation_views,
    place_views,
    settings_views,
    skill_views,
    team_views,
)

_ORGANISATION = "people/organisations/<uuid:organisation_id>/"
_SITE = "people/sites/<uuid:site_id>/"
_CONTACT = "people/contacts/<uuid:contact_id>/"
_PERSON = "people/members/<uuid:person_id>/"
_TEAM = "people/teams/<uuid:team_id>/"
_SKILL = "people/skills/<uuid:skill_id>/"

app_name = "people"
urlpatterns = [
    path("people/me/", settings_views.settings, name="settings"),
    path("people/me/theme/", settings_views.theme, name="theme"),
    path("people/organisations/", organisation_views.organisations, name="organisations"),
    path("people/organisations/new/", organisation_views.new_organisation, name="new_organisation"),
    path(_ORGANISATION, organisation_views.organisation, name="organisation"),
    path(
        f"{_ORGANISATION}edit/", organisation_views.change_organisation, name="change_organisation"
    ),
    path(f"{_ORGANISATION}off/", organisation_views.switch_off, name="organisation_off"),
    path(f"{_ORGANISATION}on/", organisation_views.switch_on, name="organisation_on"),
    path(f"{_ORGANISATION}members/", member_views.members, name="members"),
    path(f"{_ORGANISATION}sites/new/", place_views.new_site, name="new_site"),
    path(f"{_ORGANISATION}contacts/new/", place_views.new_contact, name="new_contact"),
    path(_SITE, place_views.site, name="site"),
    path(f"{_SITE}off/", place_views.site_off, name="site_off"),
    path(f"{_SITE}on/", place_views.site_on, name="site_on"),
    path(_CONTACT, place_views.contact, name="contact"),
    path(f"{_CONTACT}off/", place_views.contact_off, name="contact_off"),
    path(f"{_CONTACT}on/", place_views.contact_on, name="contact_on"),
    path(_PERSON, member_views.member, name="member"),
    path(f"{_PERSON}teams/", member_views.set_teams, name="member_teams"),
    path(f"{_PERSON}skills/", member_views.set_skill, name="member_skill"),
    path(f"{_PERSON}skills/<uuid:skill_id>/drop/", member_views.drop_skill, name="skill_drop"),
    path(
        f"{_PERSON}skills/<uuid:skill_id>/<int:level>/",
        member_views.return_skill,
        name="skill_return",
    ),
    path(f"{_PERSON}invitation/", member_views.send_invitation, name="member_invitation"),
    path(f"{_PERSON}off/", member_views.switch_off, name="member_off"),
    path(f"{_PERSON}on/", member_views.switch_on, name="member_on"),
    path("people/teams/", team_views.teams, name="teams"),
    path("people/teams/new/", team_views.new_team, name="new_team"),
    path(_TEAM, team_views.team, name="team"),
    path(f"{_TEAM}members/", team_views.team_add, name="team_add"),
    path(f"{_TEAM}members/<uuid:person_id>/off/", team_views.team_remove, name="team_remove"),
    path(f"{_TEAM}members/<uuid:person_id>/on/", team_views.team_rejoin, name="team_rejoin"),
    path(f"{_TEAM}off/", team_views.team_off, name="team_off"),
    path(f"{_TEAM}on/", team_views.team_on, name="team_on"),
    path("people/skills/", skill_views.skills, name="skills"),
    path(_SKILL, skill_views.skill, name="skill"),
    path(f"{_SKILL}off/", skill_views.skill_off, name="skill_off"),
    path(f"{_SKILL}on/", skill_views.skill_on, name="skill_on"),
]
