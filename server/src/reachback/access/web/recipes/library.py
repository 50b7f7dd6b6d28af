"""The recipes of the library: the list, one with its texts, making, renewing and retiring one."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from reachback.access import cookbook, library, operations, policy
from reachback.access.errors import (
    MayNotKeepScripts,
    NoSuchRecipe,
    RecipeNameTaken,
    RecipeRefused,
    ScriptNameTaken,
)
from reachback.access.models import Recipe, RecipeVersion, Script
from reachback.access.recipes.kinds import LATER, READY, STEPS
from reachback.access.scripts import clauses
from reachback.access.scripts.parameters import Parameter
from reachback.access.web.recipes.contexts import (
    Offered,
    RecipeFormPage,
    RecipePage,
    RecipesPage,
)
from reachback.access.web.recipes.forms import RecipeForm
from reachback.kernel import clock
from reachback.kernel.actors import Actor
from reachback.kernel.errors import Conflict
from reachback.kernel.requests import ActorRequest
from reachback.people import queries as people
from reachback.ui import pages
from reachback.ui.doors import agents_only

_RUNS = 10


@require_safe
@agents_only
def recipes(request: ActorRequest) -> HttpResponse:
    """The recipes, by name, and those that come along."""
    retired = request.GET.get("retired") == "1"
    page = RecipesPage(
        title=_("Recipes"),
        versions=list(cookbook.newest(request.actor, retired=retired)),
        ready=_ready(request.actor),
        retired=retired,
        may_keep=policy.may_keep_scripts(request.actor),
        now=clock.now(),
    )
    return pages.render(request, "access/recipes/list.html", page)


def _ready(actor: Actor) -> list[Offered]:
    known = set(cookbook.newest(actor, retired=True).values_list("recipe__name", flat=True))
    names = dict(Recipe.Kind.choices)
    found = [
        Offered(each.kind, str(names[each.kind]), each.name, each.about, each.name in known, "")
        for each in READY.values()
    ]
    waiting = [
        Offered(kind, str(names[kind]), str(names[kind]), "", taken=False, later=str(sentence))
        for kind, sentence in LATER.items()
    ]
    return [*found, *waiting]


@require_POST
@agents_only
def ready(request: ActorRequest, kind: str) -> HttpResponse:
    """Put one that comes along into the library."""
    owner = people.provider()
    if owner is None:
        raise NoSuchRecipe
    try:
        made = operations.add_ready_recipe(
            actor=request.actor, now=clock.now(), organisation_id=owner.id, kind=kind
        )
    except (RecipeRefused, RecipeNameTaken, ScriptNameTaken) as refused:
        messages.error(request, refused.sentence)
        return redirect("access:recipes")
    messages.success(request, _kept(made))
    return redirect("access:recipe", recipe_id=made.id)


def _kept(made: Recipe) -> str:
    words = _("%(name)s is in the library. A customer has to allow its three digests.")
    return words % {"name": made.name}


@require_http_methods(["GET", "POST"])
@agents_only
def new(request: ActorRequest) -> HttpResponse:
    """Make a recipe of three scripts."""
    if not policy.may_keep_scripts(request.actor):
        raise MayNotKeepScripts
    parts = list(library.newest(request.actor, parts=True))
    form = RecipeForm(request.POST if request.method == "POST" else None, parts=parts)
    if request.method == "POST" and form.is_valid():
        made = _create(request, form)
        if made is not None:
            messages.success(request, _kept(made))
            return redirect("access:recipe", recipe_id=made.id)
    purposes = dict(Script.Purpose.choices)
    missing = [
        str(purposes[step])
        for step in STEPS
        if not any(each.script.purpose == step for each in parts)
    ]
    page = RecipeFormPage(title=_("New recipe"), form=form, missing=missing)
    status = 400 if form.errors else 200
    return pages.render(request, "access/recipes/form.html", page, status=status)


def _create(request: ActorRequest, form: RecipeForm) -> Recipe | None:
    """Run the write; None when it was refused and the form now says why."""
    owner = people.provider()
    if owner is None:
        raise NoSuchRecipe
    given = form.cleaned_data
    try:
        return operations.create_recipe(
            actor=request.actor,
            now=clock.now(),
            organisation_id=owner.id,
            name=given["name"],
            about=given["about"],
            kind=given["kind"],
            steps=form.steps(),
        )
    except RecipeNameTaken as refused:
        form.add_error("name", refused.sentence)
    except RecipeRefused as refused:
        form.add_error(refused.field if refused.field in form.fields else None, refused.sentence)
    return None


@require_safe
@agents_only
def recipe(request: ActorRequest, recipe_id: UUID) -> HttpResponse:
    """One recipe, at its newest version."""
    return _show(request, cookbook.version(request.actor, recipe_id))


@require_safe
@agents_only
def version(request: ActorRequest, recipe_id: UUID, number: int) -> HttpResponse:
    """One version of a recipe."""
    return _show(request, cookbook.version(request.actor, recipe_id, number))


def _show(request: ActorRequest, shown: RecipeVersion) -> HttpResponse:
    actor = request.actor
    scripts = cookbook.scripts_of(shown)
    runs = cookbook.runs(actor).filter(version__recipe_id=shown.recipe_id)
    page = RecipePage(
        title=shown.recipe.name,
        recipe=shown.recipe,
        version=shown,
        versions=cookbook.versions(actor, shown.recipe_id),
        scripts=list(zip(STEPS, scripts, strict=True)),
        parameters=[Parameter.of(each) for each in scripts[0].parameters],
        clause=clauses.clause(*(each.digest for each in scripts)),
        fresh=any(each.number != each.script.latest for each in scripts),
        runs=list(runs[:_RUNS]),
        may_keep=policy.may_keep_scripts(actor),
        now=clock.now(),
    )
    return pages.render(request, "access/recipes/recipe.html", page)


@require_POST
@agents_only
def renew(request: ActorRequest, recipe_id: UUID) -> HttpResponse:
    """Make the next version, of the newest version of each script."""
    text = request.POST.get("based_on", "")
    based_on = int(text) if text.isascii() and text.isdigit() and len(text) < 9 else 0
    try:
        made = operations.renew_recipe(
            actor=request.actor, now=clock.now(), recipe_id=recipe_id, based_on=based_on
        )
    except (Conflict, RecipeRefused) as refused:
        messages.error(request, refused.sentence)
    else:
        words = _("Version %(n)s. A customer has to allow its digests before it runs.")
        messages.success(request, words % {"n": made.latest})
    return redirect("access:recipe", recipe_id=recipe_id)


@require_POST
@agents_only
def retire(request: ActorRequest, recipe_id: UUID) -> HttpResponse:
    """Do not offer it any more; can be undone."""
    row = operations.retire_recipe(actor=request.actor, now=clock.now(), recipe_id=recipe_id)
    undo = reverse("access:restore_recipe", args=[row.id])
    words = _("%(name)s is retired. Runs stay on record.") % {"name": row.name}
    messages.success(request, words, extra_tags=undo)
    return redirect("access:recipes")


@require_POST
@agents_only
def restore(request: ActorRequest, recipe_id: UUID) -> HttpResponse:
    """Offer it again."""
    row = operations.retire_recipe(
        actor=request.actor, now=clock.now(), recipe_id=recipe_id, retired=False
    )
    messages.success(request, _("%(name)s is offered again.") % {"name": row.name})
    return redirect("access:recipe", recipe_id=row.id)
