"""The script library: versions that never change, who may write, and what is found again."""

from typing import Any

import pytest
from django.db import IntegrityError, transaction

from reachback.access import library, operations
from reachback.access.errors import (
    MayNotKeepScripts,
    NoSuchScript,
    ScriptNameTaken,
    ScriptRefused,
)
from reachback.access.models import Script, ScriptVersion
from reachback.access.scripts import texts
from reachback.access.scripts.parameters import Parameter
from reachback.access.scripts.versions import NewVersion
from reachback.access.tests.conftest import World
from reachback.audit.models import AuditRow
from reachback.kernel.errors import Conflict

pytestmark = pytest.mark.django_db
DAYS = Parameter(name="days", label="Days", kind="number", default="7", least=1, most=365)


def _create(world: World, who: str = "tomas", **changes: Any) -> Script:
    values: dict[str, Any] = {"name": "Disk report", "version": NewVersion(text="df -h\n")}
    return operations.create_script(
        actor=world.actor(who),
        now=world.now,
        organisation_id=world.provider.id,
        **(values | changes),
    )


def _change(world: World, row: Script, based_on: int = 1, **changes: Any) -> Script:
    values: dict[str, Any] = {"name": row.name, "version": NewVersion(text="df -h\n")}
    return operations.change_script(
        actor=world.actor("aiko"),
        now=world.now,
        script_id=row.id,
        based_on=based_on,
        **(values | changes),
    )


def test_a_script_is_kept_with_the_digest_of_its_text_and_who_wrote_it(world: World) -> None:
    row = _create(world, about="How full", version=NewVersion(text="df -h", parameters=(DAYS,)))
    kept = library.version(world.actor("maya"), row.id)
    assert (kept.number, kept.digest) == (1, texts.digest("df -h\n"))
    assert kept.author_name == "Tomás Rivera"
    assert Parameter.of(kept.parameters[0]) == DAYS
    act = AuditRow.objects.get(action="script.created")
    assert act.data["digest"] == kept.digest


def test_another_text_is_another_version_and_the_one_before_stays(world: World) -> None:
    row = _create(world)
    changed = _change(world, row, version=NewVersion(text="df -i\n", note="inodes"))
    assert changed.latest == 2
    second, first = library.versions(world.actor("ada"), row.id)
    assert (first.text, second.text) == ("df -h\n", "df -i\n")
    assert second.author_name == "Aiko Sato"
    assert AuditRow.objects.get(action="script.version_made").data["version"] == 2


def test_the_same_text_under_another_name_makes_no_version(world: World) -> None:
    row = _create(world)
    changed = _change(world, row, name="Disks", version=NewVersion(text="df -h", note="same"))
    assert (changed.name, changed.latest) == ("Disks", 1)
    assert AuditRow.objects.get(action="script.described").data["fields"] == ["name"]


@pytest.mark.parametrize(
    "change",
    [{"time_limit": 5}, {"output_limit": 5}, {"interpreter": "bash"}, {"parameters": (DAYS,)}],
)
def test_limits_interpreter_and_parameters_belong_to_the_version(
    world: World, change: dict[str, Any]
) -> None:
    row = _create(world)
    assert _change(world, row, version=NewVersion(text="df -h", **change)).latest == 2


def test_who_wrote_from_an_older_version_is_told_and_nothing_is_lost(world: World) -> None:
    row = _create(world)
    _change(world, row, version=NewVersion(text="one\n"))
    with pytest.raises(Conflict) as refused:
        _change(world, row, version=NewVersion(text="two\n"))
    assert "Version 2" in refused.value.sentence
    assert library.version(world.actor("ada"), row.id).text == "one\n"


def test_a_version_cannot_be_changed_by_anybody(world: World) -> None:
    row = _create(world)
    version = library.version(world.actor("tomas"), row.id)
    version.text = "rm -rf /\n"
    with pytest.raises(ValueError, match="never changed"):
        version.save()
    assert library.version(world.actor("tomas"), row.id).text == "df -h\n"


def test_only_those_who_keep_the_library_write_and_retire(world: World) -> None:
    row = _create(world)
    for who in ("ada", "chen", "li"):
        with pytest.raises(MayNotKeepScripts):
            _create(world, who, name="Mine")
    given: dict[str, Any] = {"now": world.now, "script_id": row.id}
    with pytest.raises(MayNotKeepScripts):
        operations.retire_script(actor=world.actor("ada"), **given)
    with pytest.raises(NoSuchScript):
        operations.retire_script(actor=world.actor("chen"), **given)
    with pytest.raises(NoSuchScript):
        library.version(world.actor("chen"), row.id)


def test_a_name_is_given_once(world: World) -> None:
    _create(world)
    other = _create(world, name="Other")
    with pytest.raises(ScriptNameTaken):
        _create(world)
    with pytest.raises(ScriptNameTaken):
        _change(world, other, name="Disk report")
    with pytest.raises(ScriptRefused):
        _create(world, name="  ")


def test_a_retired_script_is_not_offered_and_comes_back_by_undo(world: World) -> None:
    row = _create(world)
    given: dict[str, Any] = {
        "actor": world.actor("maya"), "now": world.now, "script_id": row.id,
    }  # fmt: skip
    operations.retire_script(**given)
    operations.retire_script(**given)
    assert not library.newest(world.actor("tomas")).exists()
    assert library.newest(world.actor("tomas"), retired=True).count() == 1
    operations.retire_script(**given, retired=False)
    assert library.newest(world.actor("tomas")).count() == 1
    acts = AuditRow.objects.filter(action__in=["script.retired", "script.restored"])
    assert acts.count() == 2


def test_a_script_is_found_by_name_by_what_it_does_and_by_its_digest(world: World) -> None:
    _create(world, about="How full every file system is")
    _create(world, name="Restart the desk", version=NewVersion(text="true\n"))
    actor = world.actor("tomas")

    def found(words: str) -> list[str]:
        return [each.script.name for each in library.newest(actor, words)]

    assert found("") == ["Disk report", "Restart the desk"]
    assert found("file SYSTEM") == ["Disk report"]
    assert found(texts.digest("true\n")[:15]) == ["Restart the desk"]
    assert found("%") == []


def test_the_database_itself_refuses_a_version_nobody_can_run(world: World) -> None:
    row = _create(world)
    values = {"script": row, "text": "x", "digest": "x", "author_name": "x", "made_at": world.now}
    limits = {"size": 1, "time_limit": 60, "output_limit": 60, "interpreter": "sh"}
    for wrong in ({"size": 65_537}, {"time_limit": 0}, {"interpreter": "powershell"}):
        with pytest.raises(IntegrityError), transaction.atomic():
            ScriptVersion(number=2, **values, **(limits | wrong)).save()
