"""Addresses under /portal/."""

from django.urls import path

from reachback.access.web import contract
from reachback.access.web.portal import scripts, views

app_name = "access_portal"
urlpatterns = [
    path("contract/", contract.portal_contract, name="contract"),
    path("contract/revoke/", contract.revoke, name="revoke"),
    path("contract/allow-again/", contract.allow_again, name="allow_again"),
    path("contract/publish/", contract.publish, name="publish"),
    path("scripts/", scripts.scripts, name="scripts"),
    path("scripts/<uuid:script_id>/<int:number>/", scripts.script, name="script"),
    path("scripts/<uuid:script_id>/<int:number>/text", scripts.text, name="script_text"),
    path("sessions/", views.sessions, name="sessions"),
]
