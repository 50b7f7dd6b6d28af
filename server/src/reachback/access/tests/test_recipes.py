"""Recipes: check, apply and verify in order, each step asked for once, and one entry for all."""

from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

from reachback.access import cookbook, library, operations, queries
from reachback.access.errors import (
    AccessRefused,
    ArgumentsRefused,
    MayNotConnect,
    MayNotKeepScripts,
    NoSuchRecipe,
    RecipeNameTaken,
    RecipeRefused,
    ScriptNameTaken,
    StepNotDue,
)
from reachback.access.models import AccessSession, Recipe, RecipeRun
from reachback.access.operations import RunRequest
from reachback.access.recipes import outcome, telling
from reachback.access.recipes.kinds import READY, STEPS
from reachback.access.recipes.outcome import Ended, Next
from reachback.access.scripts import parameters as typed
from reachback.access.scripts.parameters import Parameter
from reachback.access.scripts.versions import NewVersion
from reachback.access.tests.conftest import SESSION, SYSTEM, Front, World
from reachback.access.tests.kitchen import Kitchen, asked_for
from reachback.audit.models import AuditRow
from reachback.cases.models import Entry
from reachback.kernel.errors import Conflict

pytestmark = pytest.mark.django_db


@pytest.fixture
def kitchen(world: World, data_folder: Path) -> Kitchen:
    found = Kitchen(world, data_folder)
    found.publish(*found.digests)
    return found


def _entries() -> list[str]:
    return [str(each.body) for each in Entry.objects.visible_to(SYSTEM).filter(kind="session")]


@pytest.mark.parametrize(
    ("ended", "follows"),
    [
        (Ended("check", "ended", 0), Next(step="verify", found="there")),
        (Ended("check", "ended", 10), Next(step="apply", found="absent")),
        (Ended("check", "ended", 11), Next(step="apply", found="other")),
        (Ended("check", "ended", 1), Next(state="failed", outcome="check-failed")),
        (Ended("check", "time-limit", 10), Next(state="failed", outcome="check-failed")),
        (Ended("check", "cut", 10), Next(state="failed", outcome="check-unknown")),
        (Ended("check", "ended", 10, told=False), Next(state="failed", outcome="check-unknown")),
        (Ended("check", refused=True), Next(state="failed", outcome="check-refused")),
        (Ended("apply", "ended", 0), Next(step="verify")),
        (Ended("apply", "ended", 100), Next(state="failed", outcome="apply-failed")),
        (Ended("apply", "stopped", 0), Next(state="failed", outcome="apply-failed")),
        (Ended("apply", "cut", 0), Next(state="unknown", outcome="apply-unknown")),
        (Ended("apply", "ended", 0, told=False), Next(state="unknown", outcome="apply-unknown")),
        (Ended("apply", "refused"), Next(state="failed", outcome="apply-refused")),
        (Ended("verify", "ended", 0), Next(state="done", outcome="verified")),
        (Ended("verify", "ended", 1), Next(state="failed", outcome="not-verified")),
        (Ended("verify", "ended", None), Next(state="failed", outcome="not-verified")),
        (Ended("verify", "ended", told=False), Next(state="failed", outcome="verify-unknown")),
    ],
)
def test_what_follows_a_step_is_decided_by_the_devices_account_alone(
    ended: Ended, follows: Next
) -> None:
    assert outcome.after(ended) == follows


@pytest.mark.parametrize(
    ("found", "result", "applied", "words"),
    [
        ("absent", "verified", True, "nginx 1.22.1 was absent; installed; verified."),
        ("there", "verified", False, "nginx 1.22.1 was there already; verified."),
        ("other", "not-verified", True,
         "nginx 1.22.1 was there in another version; installed; not verified."),
        ("absent", "apply-failed", True, "nginx 1.22.1 was absent; installing it failed."),
        ("", "check-refused", False,
         "nginx 1.22.1: looking for it was refused, and nothing was changed."),
    ],
)  # fmt: skip
def test_a_recipe_is_told_in_one_sentence(
    found: str, result: str, applied: bool, words: str
) -> None:
    given = [{"name": "package", "value": "nginx"}, {"name": "version", "value": "1.22.1"}]
    what = telling.subject("Debian package", given)
    assert telling.verdict(what, found, result, applied=applied) == words
    assert telling.subject("Debian package", []) == "Debian package"


@pytest.mark.parametrize(
    ("kind", "good", "bad"),
    [
        ("package", "libstdc++6", ("-y", "a b", "a;b", "$(id)", "naïve", "a/b", "")),
        ("version", "2:1.22.1-9+deb12u1~bpo1", ("--force", "1 2", "1`id`", "=1")),
    ],
)
def test_names_and_versions_of_packages_are_never_options_nor_words_of_a_shell(
    kind: str, good: str, bad: tuple[str, ...]
) -> None:
    parameter = Parameter(name="it", label="It", kind=kind, required=True)
    assert typed.problem(parameter, good) == ""
    assert all(typed.problem(parameter, each) for each in bad)


def test_what_is_absent_is_installed_and_verified_and_told_in_one_entry(kitchen: Kitchen) -> None:
    check = kitchen.begin()
    assert kitchen.go_on() is None  # the check has not ended
    kitchen.play(check, status=10)
    assert (kitchen.run.step, kitchen.run.found, asked_for(kitchen.run)) == (
        "apply", "absent", ["check"],
    )  # fmt: skip
    apply = kitchen.go_on()
    assert apply is not None
    assert apply.grant["body"] != check.grant["body"]
    kitchen.play(apply)
    verify = kitchen.go_on()
    assert verify is not None
    assert _entries() == []
    kitchen.play(verify)
    run = kitchen.run
    assert (run.state, run.outcome, asked_for(run)) == ("done", "verified", list(STEPS))
    (entry,) = _entries()
    assert entry.startswith("nginx 1.22.1 was absent; installed; verified.\n")
    assert "“Debian package”, version 1, on lijiang-frontdesk" in entry
    assert "Check: exit status 10." in entry
    assert AuditRow.objects.filter(action="recipe.run_ended").count() >= 1
    for step in (check, apply, verify):  # each step's own record stays
        session = queries.session(kitchen.world.actor("chen"), step.session_id)
        assert "ran “Debian package: " in session.words[0]
    with pytest.raises(StepNotDue):
        kitchen.go_on()


def test_what_is_there_is_verified_and_nothing_is_applied(kitchen: Kitchen) -> None:
    kitchen.play(kitchen.begin(), status=0)
    verify = kitchen.go_on()
    assert verify is not None
    kitchen.play(verify)
    assert asked_for(kitchen.run) == ["check", "verify"]
    assert _entries()[0].startswith("nginx 1.22.1 was there already; verified.")


def test_a_check_that_fails_ends_the_recipe_before_anything_is_changed(kitchen: Kitchen) -> None:
    kitchen.play(kitchen.begin(), status=69)
    run = kitchen.run
    assert (run.state, run.outcome, asked_for(run)) == ("failed", "check-failed", ["check"])
    with pytest.raises(StepNotDue):
        kitchen.go_on()


def test_what_cannot_be_verified_is_failed_and_says_what_to_do(kitchen: Kitchen) -> None:
    kitchen.play(kitchen.begin(), status=11)
    for status in (0, 1):
        step = kitchen.go_on()
        assert step is not None
        kitchen.play(step, status=status)
    run = kitchen.run
    assert (run.state, run.outcome) == ("failed", "not-verified")
    assert "run the recipe again" in _entries()[0]


def test_an_apply_whose_outcome_is_unknown_is_never_run_again(kitchen: Kitchen) -> None:
    kitchen.play(kitchen.begin(), status=10)
    apply = kitchen.go_on()
    assert apply is not None
    kitchen.lose(apply)
    run = kitchen.run
    assert (run.state, run.outcome) == ("unknown", "apply-unknown")
    assert "whether it was installed is not known" in _entries()[0]
    assert "Nothing is run again by itself" in _entries()[0]
    with pytest.raises(StepNotDue):
        kitchen.go_on()
    assert queries.sessions(SYSTEM).count() == 2


def test_no_step_is_asked_for_twice_and_only_by_who_began(kitchen: Kitchen) -> None:
    kitchen.play(kitchen.begin(), status=10)
    with pytest.raises(MayNotConnect):
        kitchen.go_on("maya")
    assert kitchen.go_on() is not None
    assert kitchen.go_on() is None
    assert queries.sessions(SYSTEM).count() == 2


def test_a_page_that_asks_for_a_step_keeps_others_out_until_it_has_it(kitchen: Kitchen) -> None:
    kitchen.play(kitchen.begin(), status=10)
    rows = RecipeRun.objects.visible_to(SYSTEM)
    rows.update(claimed_at=kitchen.world.now)
    with pytest.raises(StepNotDue):
        kitchen.go_on()
    rows.update(claimed_at=kitchen.world.now - timedelta(minutes=2))  # its process died
    assert kitchen.go_on() is not None


def test_a_step_that_is_refused_ends_the_recipe_with_the_sentence(kitchen: Kitchen) -> None:
    made = kitchen.begin()
    kitchen.tell(made, "refused", by="device", sentence="This device has no sh.")
    run = kitchen.run
    assert (run.state, run.outcome) == ("failed", "check-refused")
    assert "This device has no sh." in run.words


def test_an_offline_device_leaves_the_step_due(kitchen: Kitchen, front: Front) -> None:
    kitchen.play(kitchen.begin(), status=10)
    front.offline = True
    with pytest.raises(AccessRefused):
        kitchen.go_on()
    front.offline = False
    assert kitchen.go_on() is not None


def test_nothing_begins_when_a_step_is_not_allowed_or_an_answer_does_not_fit(
    kitchen: Kitchen, front: Front
) -> None:
    with pytest.raises(ArgumentsRefused) as wrong:
        kitchen.begin(given={"package": "--purge", "version": ""})
    assert list(wrong.value.fields) == ["package"]
    with pytest.raises(AccessRefused):
        kitchen.begin(case_id=None)
    with pytest.raises(AccessRefused):
        kitchen.begin("aiko")
    with pytest.raises(MayNotConnect):
        kitchen.begin("ada")
    front.offline = True
    with pytest.raises(AccessRefused):
        kitchen.begin()
    assert not cookbook.runs(SYSTEM).exists()
    assert not queries.sessions(SYSTEM).exists()


def test_a_contract_that_names_two_of_three_digests_begins_nothing(
    world: World, data_folder: Path
) -> None:
    kitchen = Kitchen(world, data_folder)
    kitchen.publish(*kitchen.digests[:2])
    with pytest.raises(AccessRefused) as refused:
        kitchen.begin()
    assert refused.value.sentence.startswith("verify: ")


def test_a_part_of_a_recipe_does_not_run_by_itself(kitchen: Kitchen) -> None:
    request = RunRequest(
        device_id=kitchen.world.device.id,
        script_id=kitchen.version.apply_step.script_id,
        number=1,
        session_key=SESSION.public_line,
        case_id=kitchen.world.open_case(),
        given={"package": "nginx"},
    )
    with pytest.raises(AccessRefused) as refused:
        operations.run_script(
            actor=kitchen.world.actor("tomas"), now=kitchen.world.now, request=request
        )
    assert "run the recipe" in refused.value.sentence


def test_a_recipe_nobody_goes_on_with_is_left_and_says_that_nothing_was_changed(
    kitchen: Kitchen, deliver_due: Callable[[datetime], int]
) -> None:
    kitchen.play(kitchen.begin(), status=10)
    deliver_due(kitchen.world.now + timedelta(minutes=29))
    assert kitchen.run.state == "open"
    deliver_due(kitchen.world.now + timedelta(minutes=31))
    assert (kitchen.run.state, kitchen.run.outcome) == ("left", "left-apply")
    assert "nobody went on, and nothing was changed" in _entries()[0]


def test_a_step_that_was_asked_for_and_never_began_cannot_begin_after_it_was_left(
    kitchen: Kitchen, deliver_due: Callable[[datetime], int]
) -> None:
    kitchen.play(kitchen.begin(), status=10)
    apply = kitchen.go_on()
    assert apply is not None
    deliver_due(kitchen.world.now + timedelta(minutes=31))
    assert kitchen.run.outcome == "left-apply"
    session = AccessSession.objects.visible_to(SYSTEM).get(id=apply.session_id)
    assert (session.state, session.end_code) == ("ended", "never-began")


def test_a_running_step_is_not_left(
    kitchen: Kitchen, deliver_due: Callable[[datetime], int]
) -> None:
    check = kitchen.begin()
    kitchen.tell(check, "opened")
    actor, now = kitchen.world.actor("tomas"), kitchen.world.now
    with pytest.raises(StepNotDue):
        operations.leave_recipe(actor=actor, now=now, run_id=kitchen.run.id)
    deliver_due(now + timedelta(minutes=31))
    assert kitchen.run.state == "open"


def test_its_technician_leaves_a_recipe_between_two_steps(kitchen: Kitchen) -> None:
    kitchen.play(kitchen.begin(), status=10)
    actor, now = kitchen.world.actor("tomas"), kitchen.world.now
    with pytest.raises(MayNotConnect):
        operations.leave_recipe(actor=kitchen.world.actor("maya"), now=now, run_id=kitchen.run.id)
    operations.leave_recipe(actor=actor, now=now, run_id=kitchen.run.id)
    assert kitchen.run.state == "left"


def test_a_recipes_run_is_seen_by_those_who_see_its_sessions(kitchen: Kitchen) -> None:
    kitchen.begin()
    run_id = kitchen.run.id
    for who in ("tomas", "ada", "chen"):
        assert cookbook.run(kitchen.world.actor(who), run_id)
    for who in ("li", "pat"):
        with pytest.raises(NoSuchRecipe):
            cookbook.run(kitchen.world.actor(who), run_id)


def _script(world: World, name: str, purpose: str, *parameters: Parameter) -> UUID:
    made = operations.create_script(
        actor=world.actor("tomas"),
        now=world.now,
        organisation_id=world.provider.id,
        name=name,
        purpose=purpose,
        version=NewVersion(text=f"echo {name}\n", parameters=parameters),
    )
    return UUID(str(made.id))


def _recipe(world: World, steps: dict[str, Any], **changes: Any) -> Recipe:
    values: dict[str, Any] = {"name": "Reader", "kind": "other", "steps": steps}
    return operations.create_recipe(
        actor=world.actor("tomas"), now=world.now, organisation_id=world.provider.id,
        **(values | changes),
    )  # fmt: skip


def test_a_recipe_is_made_of_three_scripts_that_share_their_parameters(world: World) -> None:
    steps = {step: _script(world, step, step) for step in STEPS}
    made = _recipe(world, steps)
    chosen = cookbook.scripts_of(cookbook.version(SYSTEM, made.id))
    assert [each.script.name for each in chosen] == list(STEPS)
    with pytest.raises(RecipeNameTaken):
        _recipe(world, steps)
    other = Parameter(name="days", label="Days", kind="number")
    for wrong, field in (
        ({**steps, "apply": _script(world, "deep", "apply", other)}, "apply"),
        ({**steps, "verify": steps["check"]}, "verify"),
        ({"check": steps["check"]}, "apply"),
    ):
        with pytest.raises(RecipeRefused) as refused:
            _recipe(world, wrong, name="Wrong")
        assert refused.value.field == field


def test_windows_packages_have_a_place_and_are_refused_with_a_sentence(world: World) -> None:
    with pytest.raises(RecipeRefused) as refused:
        operations.add_ready_recipe(
            actor=SYSTEM, now=world.now, organisation_id=world.provider.id, kind="msi"
        )
    assert "wait for Windows devices" in refused.value.sentence


@pytest.mark.parametrize("kind", sorted(READY))
def test_the_recipes_that_come_along_are_put_into_the_library_once(world: World, kind: str) -> None:
    given = {"now": world.now, "organisation_id": world.provider.id, "kind": kind}
    made = operations.add_ready_recipe(actor=world.actor("tomas"), **given)
    version = cookbook.version(world.actor("ada"), made.id)
    assert [each.script.purpose for each in cookbook.scripts_of(version)] == list(STEPS)
    with pytest.raises(ScriptNameTaken):
        operations.add_ready_recipe(actor=world.actor("tomas"), **given)
    with pytest.raises(MayNotKeepScripts):
        operations.add_ready_recipe(actor=world.actor("ada"), **given)


def test_the_next_version_takes_the_newest_of_each_script_and_the_old_one_stays(
    kitchen: Kitchen,
) -> None:
    actor, now = kitchen.world.actor("maya"), kitchen.world.now
    asked = {"actor": actor, "now": now, "recipe_id": kitchen.recipe, "based_on": 1}
    assert operations.renew_recipe(**asked).latest == 1
    old = kitchen.version.apply_step
    operations.change_script(
        actor=actor,
        now=now,
        script_id=old.script_id,
        based_on=1,
        name=old.script.name,
        purpose="apply",
        version=NewVersion(
            text=f"{old.text}# again\n",
            parameters=tuple(Parameter.of(each) for each in old.parameters),
        ),
    )
    assert operations.renew_recipe(**asked, note="again").latest == 2
    newest = cookbook.version(SYSTEM, kitchen.recipe)
    assert (newest.number, newest.apply_step.number, newest.check_step.number) == (2, 2, 1)
    assert cookbook.version(SYSTEM, kitchen.recipe, 1).apply_step == old
    with pytest.raises(Conflict):
        operations.renew_recipe(**asked)
    with pytest.raises(AccessRefused):  # its digest is not the one that was signed
        kitchen.begin(number=2)
    assert library.version(SYSTEM, old.script_id).number == 2


def test_a_retired_recipe_does_not_begin(kitchen: Kitchen) -> None:
    operations.retire_recipe(
        actor=kitchen.world.actor("maya"), now=kitchen.world.now, recipe_id=kitchen.recipe
    )
    with pytest.raises(AccessRefused) as refused:
        kitchen.begin()
    assert refused.value.code == "recipe-retired"
    assert not cookbook.newest(SYSTEM).exists()
