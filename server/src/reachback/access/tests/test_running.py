"""Running a script: what the contract says, what is signed, and what is kept of it."""

import json
from dataclasses import replace
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from django.test import Client

from reachback.access import library, operations, outcomes, queries
from reachback.access.errors import AccessRefused, ArgumentsRefused, MayNotConnect
from reachback.access.models import AccessSession, ScriptRun
from reachback.access.operations import RunRequest
from reachback.access.operations.run_script import execution
from reachback.access.recordings import output
from reachback.access.recordings.story import Moment, Story
from reachback.access.scripts.parameters import Parameter
from reachback.access.scripts.versions import NewVersion
from reachback.access.tests.conftest import SESSION, SYSTEM, World
from reachback.audit.models import AuditRow
from reachback_wire import documents as wire

pytestmark = pytest.mark.django_db
DAYS = Parameter(name="days", label="Days", kind="number", required=True, least=1, most=365)
DIGEST = "sha256:" + "a" * 64


def _script(world: World, text: str = "df -h\n") -> UUID:
    made = operations.create_script(
        actor=world.actor("maya"),
        now=world.now,
        organisation_id=world.provider.id,
        name="Disk report",
        version=NewVersion(text=text, parameters=(DAYS,)),
    )
    return UUID(str(made.id))


def _publish(world: World, *digests: str) -> None:
    contract = world.contract()
    run = wire.Clause(
        2, (wire.Capability("exec", digests),), wire.Who(teams=("Remote team",)), case_required=True
    )
    world.publish(replace(contract, clauses=(*contract.clauses, run)))


def _ready(world: World) -> UUID:
    script = _script(world)
    _publish(world, library.version(SYSTEM, script).digest)
    return script


def _run(world: World, script: UUID, who: str = "tomas", **changes: Any) -> ScriptRun:
    values: dict[str, Any] = {
        "device_id": world.device.id,
        "script_id": script,
        "number": 1,
        "session_key": SESSION.public_line,
        "case_id": world.open_case(),
        "given": {"days": "7"},
    }
    request = RunRequest(**(values | changes))
    made = operations.run_script(actor=world.actor(who), now=world.now, request=request)
    found = library.run_of_session(SYSTEM, made.session_id)
    assert found is not None
    return found


def _client(world: World, who: str) -> Client:
    client = Client(headers={"accept": "text/html"})
    client.force_login(world.users[who], "allauth.account.auth_backends.AuthenticationBackend")
    return client


def test_a_run_gets_a_grant_for_one_use_and_its_answers_are_what_is_signed(world: World) -> None:
    run = _run(world, _ready(world))
    (grant,) = queries.grants(run.session_id)
    document = json.loads(grant.body)
    assert (document["uses"], document["capabilities"]) == (1, ["exec"])
    parameters = execution(run)
    assert parameters["arguments"] == [{"name": "days", "value": 7}]
    assert parameters["script"] == run.version.digest
    assert (parameters["run_as"], parameters["size"]) == ("guest", 6)
    asked = AuditRow.objects.get(action="script.run_asked")
    assert asked.data["arguments"] == "days=7"


def test_a_text_no_clause_names_is_refused_and_nothing_is_kept(world: World) -> None:
    script = _script(world)
    _publish(world, DIGEST)
    with pytest.raises(AccessRefused):
        _run(world, script)
    assert not library.runs(SYSTEM).exists()


def test_the_next_version_is_not_covered_by_what_was_signed(world: World) -> None:
    script = _ready(world)
    operations.change_script(
        actor=world.actor("maya"),
        now=world.now,
        script_id=script,
        based_on=1,
        name="Disk report",
        version=NewVersion(text="rm -rf /tmp/x\n", parameters=(DAYS,)),
    )
    assert _run(world, script, number=1).version.number == 1
    with pytest.raises(AccessRefused):
        _run(world, script, number=2)


def test_wrong_answers_case_and_people_are_refused_before_anything_is_minted(world: World) -> None:
    script = _ready(world)
    with pytest.raises(ArgumentsRefused):
        _run(world, script, given={"days": "none"})
    with pytest.raises(AccessRefused) as refused:
        _run(world, script, case_id=None)
    assert refused.value.code == "case-missing"
    with pytest.raises(AccessRefused):
        _run(world, script, who="aiko")  # in no team the clause names
    with pytest.raises(MayNotConnect):
        _run(world, script, who="ada")
    with pytest.raises(AccessRefused):
        _run(world, script, run_as="root")
    assert not queries.sessions(SYSTEM).exists()


def _name_users(world: World, digest: str, *capabilities: wire.Capability) -> None:
    contract = world.contract()
    scripts = (wire.Capability("exec", (digest,), run_as=("backup", "root")), *capabilities)
    run = wire.Clause(2, scripts, wire.Who(teams=("Remote team",)), case_required=True)
    world.publish(replace(contract, clauses=(*contract.clauses, run)))


def test_a_clause_that_names_users_offers_them_and_its_first_is_the_usual_one(
    world: World,
) -> None:
    script = _script(world)
    _name_users(world, library.version(SYSTEM, script).digest)
    assert execution(_run(world, script))["run_as"] == "backup"
    run = _run(world, script, run_as="root")
    assert execution(run)["run_as"] == "root"
    (grant,) = queries.grants(run.session_id)
    assert json.loads(grant.body)["capabilities"] == ["exec"], "no shell.admin comes with it"
    with pytest.raises(AccessRefused) as refused:
        _run(world, script, run_as="guest")
    assert refused.value.code == "parameter-refused"
    assert "as backup or root" in refused.value.sentence
    address = f"/access/devices/{world.device.id}/scripts/{script}/?case={world.open_case()}"
    words = _client(world, "tomas").get(address).content.decode()
    assert '<option value="backup">backup, clause 2</option>' in words
    assert '<option value="root">Administrator (root), clause 2</option>' in words
    assert 'value="guest"' not in words


def test_without_users_only_the_administrators_capability_lets_a_script_be_root(
    world: World,
) -> None:
    script = _script(world)
    digest = library.version(SYSTEM, script).digest
    contract = world.contract()
    both = (wire.Capability("exec", (digest,)), wire.Capability("shell.admin"))
    clause = wire.Clause(2, both, wire.Who(teams=("Remote team",)), case_required=True)
    world.publish(replace(contract, clauses=(*contract.clauses, clause)))
    assert execution(_run(world, script))["run_as"] == "guest"
    run = _run(world, script, run_as="root")
    (grant,) = queries.grants(run.session_id)
    document = json.loads(grant.body)
    assert (document["uses"], document["capabilities"]) == (1, ["exec", "shell.admin"])


def test_a_retired_script_does_not_run(world: World) -> None:
    script = _ready(world)
    operations.retire_script(actor=world.actor("maya"), now=world.now, script_id=script)
    with pytest.raises(AccessRefused) as refused:
        _run(world, script)
    assert refused.value.code == "script-retired"


def test_a_session_for_exec_cannot_be_had_without_a_script_of_the_library(world: World) -> None:
    _ready(world)
    with pytest.raises(AccessRefused) as refused:
        world.connect(world.open_case(), capability="exec")
    assert refused.value.code == "parameter-refused"


def test_the_page_says_what_the_customer_has_to_sign_or_that_it_is_allowed(world: World) -> None:
    script = _script(world)
    _publish(world, DIGEST)
    case = world.open_case()
    browser = _client(world, "tomas")
    address = f"/access/devices/{world.device.id}/scripts/{script}/?case={case}"
    page = browser.get(address).content.decode()
    assert "What the customer has to sign" in page
    assert library.version(SYSTEM, script).digest in page
    assert "number = 3" in page
    assert 'data-kind="connect"' not in page
    other = _script_named(world, "Allowed", "true\n")
    chosen = browser.get(f"/access/devices/{world.device.id}/scripts/?case={case}")
    assert [each.script_id for each in chosen.context["others"]] == [other, script]
    assert chosen.context["allowed"] == []


def _script_named(world: World, name: str, text: str) -> UUID:
    made = operations.create_script(
        actor=world.actor("maya"),
        now=world.now,
        organisation_id=world.provider.id,
        name=name,
        version=NewVersion(text=text),
    )
    return UUID(str(made.id))


def test_a_post_answers_with_the_session_or_with_sentences_beside_the_fields(world: World) -> None:
    script = _ready(world)
    browser = _client(world, "tomas")
    address = f"/access/devices/{world.device.id}/scripts/{script}/?case={world.open_case()}"
    sent = {"a-days": "400", "a-RUN_AS": "guest", "session_key": SESSION.public_line}
    wrong = browser.post(address, sent)
    assert wrong.status_code == 400
    assert "A whole number from 1 to 365." in wrong.content.decode()
    assert 'value="400"' in wrong.content.decode()
    good = browser.post(address, sent | {"a-days": "40"})
    assert good.status_code == 201
    page = browser.get(good.json()["page"])
    data = page.context["data"]
    assert data["channel"]["kind"] == "exec"
    assert data["channel"]["first"] == "ZGYgLWgK"
    assert "run.js" in page.content.decode()
    bad_key = browser.post(address, sent | {"a-days": "40", "session_key": "none"})
    assert bad_key.status_code == 403
    assert bad_key.json()["sentence"]


def _account(**changes: Any) -> dict[str, Any]:
    told = {
        "began": 1_000,
        "ended": 3_500,
        "status": 3,
        "signal": None,
        "reason": "ended",
        "stdout": {"bytes": 12, "sha256": DIGEST},
        "stderr": {"bytes": 3, "sha256": DIGEST},
        "left": 0,
    }
    return told | changes


def _end(world: World, run: ScriptRun, told: dict[str, Any] | None) -> ScriptRun:
    session: AccessSession = run.session
    session.started_at, session.ended_at = world.now, world.now + timedelta(seconds=9)
    session.end_code = "cut"
    outcomes.began(session, world.now)
    found = outcomes.ended(session, [Story(kind="exec", script=told)])
    assert found is not None
    return found


def test_what_the_device_testified_is_kept_of_the_run(world: World) -> None:
    run = _end(world, _run(world, _ready(world)), _account())
    assert (run.state, run.status, run.reason) == ("ended", 3, "ended")
    assert (run.output_bytes, run.error_bytes) == (12, 3)
    assert run.output_digest == DIGEST
    assert run.ended_at is not None
    assert run.began_at is not None
    assert run.ended_at - run.began_at == timedelta(seconds=2.5)


def test_without_the_devices_account_only_the_end_is_known(world: World) -> None:
    run = _end(world, _run(world, _ready(world)), None)
    assert (run.state, run.status, run.reason) == ("ended", None, "cut")


def test_a_lying_account_is_bounded(world: World) -> None:
    lies = _account(
        status=10**30, began="now", ended=-4, signal="\x1b[2J" * 99, reason=["x"], stdout=7,
        stderr={"bytes": -1, "sha256": "<b>" * 99},
    )  # fmt: skip
    run = _end(world, _run(world, _ready(world)), lies)
    assert run.status == 2**31 - 1
    assert "\x1b" not in run.signal
    assert len(run.error_digest) <= 80
    assert run.error_bytes == 0


def test_a_refusal_by_the_device_is_kept_with_its_sentence(world: World) -> None:
    run = _run(world, _ready(world))
    outcomes.refused(run.session, "This device has no bash.", world.now)
    kept = library.run(world.actor("tomas"), run.id)
    assert (kept.state, kept.sentence) == ("refused", "This device has no bash.")
    page = _client(world, "tomas").get(f"/runs/{run.id}/").content.decode()
    assert "This device has no bash." in page


def test_hostile_output_is_drawn_as_text_and_streams_are_told_apart() -> None:
    story = Story(kind="exec")
    story.moments += [
        Moment(1, "o", "<script>alert(1)</script>\r\n\x1b]0;title\x07"),
        Moment(2, "o", "broken\u202egnp.exe\n", error=True),
        Moment(3, "i", "typed"),
    ]
    (plain, wrong), shortened = output.pieces([story])
    assert plain.text == "<script>alert(1)</script>\n␛]0;title␇"
    assert (wrong.error, wrong.text) == (True, "broken\ufffdgnp.exe\n")
    assert not shortened


def test_a_page_shows_the_end_of_a_very_long_output() -> None:
    story = Story(kind="exec")
    story.moments += [Moment(n, "o", f"{n:06}\n" * 1000, error=bool(n % 2)) for n in range(60)]
    pieces, shortened = output.pieces([story])
    assert shortened
    assert sum(len(each.text) for each in pieces) == output.LONGEST
    assert pieces[-1].text.endswith("000059\n")
