"""Addresses of Connect, sessions and recordings; each view judges who may."""

from django.urls import path

from reachback.access.web import (
    contract,
    handing,
    origins,
    planned,
    recordings,
    scanning,
    sessions,
    tunnels,
)
from reachback.access.web.approvals import asking
from reachback.access.web.locks import views as locks
from reachback.access.web.recipes import library as recipes
from reachback.access.web.recipes import running as running_recipes
from reachback.access.web.records import library as records
from reachback.access.web.scripts import editing, library, offering, running, runs

_SCRIPT = "scripts/<uuid:script_id>/"
_RECIPE = "recipes/<uuid:recipe_id>/"
_COOKING = "recipes/runs/<uuid:recipe_run_id>/"
_OFFER = f"access/organisations/<uuid:organisation_id>/{_SCRIPT}versions/<int:number>/"

app_name = "access"
urlpatterns = [
    path("access/devices/<uuid:device_id>/connect", sessions.connect, name="connect"),
    path("access/devices/<uuid:device_id>/tunnel", tunnels.tunnel, name="tunnel"),
    path("access/devices/<uuid:device_id>/pages/", origins.choose, name="targets"),
    path("access/opening/", origins.opening, name="opening"),
    path(
        "access/organisations/<uuid:organisation_id>/contract/",
        contract.provider_contract,
        name="contract",
    ),
    path("access/devices/<uuid:device_id>/ask/", asking.ask, name="ask_approval"),
    path("access/approvals/<uuid:approval_id>/", asking.waiting, name="approval"),
    path("access/approvals/<uuid:approval_id>/withdraw", asking.withdraw, name="withdraw_approval"),
    path("sessions/", recordings.sessions, name="sessions"),
    path("sessions/<uuid:session_id>/", sessions.session, name="session"),
    path("sessions/<uuid:session_id>/ticket", sessions.ticket, name="ticket"),
    path("sessions/<uuid:session_id>/end", sessions.end, name="end"),
    path("sessions/<uuid:session_id>/page", origins.open_origin, name="open_page"),
    path("sessions/<uuid:session_id>/scan", scanning.scan, name="scan"),
    path("sessions/<uuid:session_id>/call-off", planned.call_off, name="call_off"),
    path("sessions/<uuid:session_id>/offer", handing.offer, name="offer_session"),
    path("sessions/<uuid:session_id>/withdraw", handing.withdraw, name="withdraw_offer"),
    path("sessions/<uuid:session_id>/take-over", handing.take_over, name="take_over"),
    path("recordings/", records.library, name="records"),
    path("recordings/<uuid:session_id>/", recordings.replay, name="replay"),
    path("recordings/<uuid:session_id>/asciicast", recordings.asciicast, name="asciicast"),
    path("recordings/<uuid:session_id>/commands", recordings.commands, name="commands"),
    path("recordings/<uuid:session_id>/export", recordings.export, name="export"),
    path("locks/", locks.locks, name="locks"),
    path("locks/<uuid:lock_id>/lift", locks.lift, name="lift_lock"),
    path("scripts/", library.scripts, name="scripts"),
    path("scripts/new/", editing.new, name="new_script"),
    path(_SCRIPT, library.script, name="script"),
    path(f"{_SCRIPT}edit/", editing.edit, name="edit_script"),
    path(f"{_SCRIPT}versions/<int:number>/", library.version, name="version"),
    path(f"{_SCRIPT}versions/<int:number>/text", library.text, name="script_text"),
    path(f"{_SCRIPT}retire/", library.retire, name="retire_script"),
    path(f"{_SCRIPT}restore/", library.restore, name="restore_script"),
    path(f"{_OFFER}offer", offering.offer, name="offer_script"),
    path(f"{_OFFER}withdraw", offering.withdraw, name="withdraw_script"),
    path("access/devices/<uuid:device_id>/scripts/", running.choose, name="choose_script"),
    path(
        "access/devices/<uuid:device_id>/scripts/<uuid:script_id>/",
        running.run_script,
        name="run_script",
    ),
    path("runs/<uuid:run_id>/", runs.run, name="run"),
    path("recipes/", recipes.recipes, name="recipes"),
    path("recipes/new/", recipes.new, name="new_recipe"),
    path("recipes/ready/<slug:kind>/", recipes.ready, name="ready_recipe"),
    path(_RECIPE, recipes.recipe, name="recipe"),
    path(f"{_RECIPE}versions/<int:number>/", recipes.version, name="recipe_version"),
    path(f"{_RECIPE}renew/", recipes.renew, name="renew_recipe"),
    path(f"{_RECIPE}retire/", recipes.retire, name="retire_recipe"),
    path(f"{_RECIPE}restore/", recipes.restore, name="restore_recipe"),
    path(
        "access/devices/<uuid:device_id>/recipes/<uuid:recipe_id>/",
        running_recipes.run_recipe,
        name="run_recipe",
    ),
    path(_COOKING, running_recipes.recipe_run, name="recipe_run"),
    path(f"{_COOKING}next", running_recipes.go_on, name="recipe_next"),
    path(f"{_COOKING}leave", running_recipes.leave, name="leave_recipe"),
]
