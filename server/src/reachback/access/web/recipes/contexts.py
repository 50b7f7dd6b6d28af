"""What each page about recipes knows."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from reachback.access.models import Recipe, RecipeRun, RecipeVersion, ScriptVersion
from reachback.access.recordings.output import Piece
from reachback.access.scripts.parameters import Parameter
from reachback.access.web.recipes.forms import RecipeForm
from reachback.access.web.recipes.steps import Step
from reachback.access.web.scripts.answers import RunForm
from reachback.ui.contexts import PageContext


@dataclass(frozen=True)
class Offered:
    """A recipe that comes along: whether it can be taken, and the sentence when it cannot."""

    kind: str
    kind_name: str
    name: str
    about: str
    taken: bool
    later: str


@dataclass(frozen=True, kw_only=True)
class RecipesPage(PageContext):
    """The recipes of the library, and those that come along."""

    versions: Sequence[RecipeVersion]
    ready: Sequence[Offered]
    retired: bool
    may_keep: bool
    now: datetime


@dataclass(frozen=True, kw_only=True)
class RecipePage(PageContext):
    """One version of a recipe: its three texts and the clause that allows them."""

    recipe: Recipe
    version: RecipeVersion
    versions: Sequence[RecipeVersion]
    scripts: Sequence[tuple[str, ScriptVersion]]
    parameters: Sequence[Parameter]
    clause: str
    fresh: bool
    runs: Sequence[RecipeRun]
    may_keep: bool
    now: datetime


@dataclass(frozen=True, kw_only=True)
class RecipeFormPage(PageContext):
    """Making a recipe of three scripts."""

    form: RecipeForm
    missing: Sequence[str]


@dataclass(frozen=True, kw_only=True)
class RunRecipePage(PageContext):
    """A recipe's questions, and what the contract says of its three texts."""

    version: RecipeVersion
    scripts: Sequence[tuple[str, ScriptVersion, bool]]
    device_name: str
    form: RunForm
    allowed: bool
    sentence: str
    code: str
    clause: int
    to_sign: str
    online: bool
    may_connect: bool
    action: str
    crumbs: Sequence[tuple[str, str]]
    now: datetime


@dataclass(frozen=True)
class StepRecord:
    """A step with what it wrote, as far as its recording tells."""

    step: Step
    pieces: Sequence[Piece]
    shortened: bool


@dataclass(frozen=True, kw_only=True)
class RecipeRunPage(PageContext):
    """A recipe's run: how far it came, what each step wrote, and going on."""

    row: RecipeRun
    subject: str
    arguments: str
    steps: Sequence[Step]
    records: Sequence[StepRecord]
    mine: bool
    due: str
    waiting: bool
    running_url: str
    layout: str
    now: datetime
