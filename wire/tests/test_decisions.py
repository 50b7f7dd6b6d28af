from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lotus import (
    APPROVER,
    DAY,
    DEVICE,
    EXECUTION,
    HOUR,
    MINUTE,
    NOW,
    PROVIDER,
    clause,
    contract,
    grant,
    statement,
    wish,
)

from reachback_wire import refusals, sentences
from reachback_wire.decisions import Decision, check_grant, decide
from reachback_wire.documents import (
    ApprovalRule,
    Capability,
    Contract,
    DeviceStatement,
    Freshness,
    Grant,
    Narrowing,
    When,
    Who,
    Window,
    capability,
)
from reachback_wire.documents.contract import DAYS
from reachback_wire.refusals import Refusal
from reachback_wire.requests import Clock, Request

CLOCK = Clock(NOW, NOW, NOW)
SHELL = Request.of(wish())
NIGHT = When("Asia/Shanghai", (Window(tuple(DAYS), "22:00", "06:00"),))


def judge(
    found: Contract | None = None,
    clock: Clock = CLOCK,
    request: Request = SHELL,
    held: Grant | None = None,
    device: DeviceStatement | None = None,
    narrowings: tuple[Narrowing, ...] = (),
) -> Decision:
    found = found or contract()
    return decide(
        found,
        held or grant(found),
        request,
        clock,
        statement=device or statement(),
        narrowings=narrowings,
        fresh_at=NOW - DAY,
    )


def test_a_device_clock_far_behind_is_said_in_hours() -> None:
    found = judge(clock=Clock(NOW - 26 * HOUR, NOW, NOW))
    assert (found.code, found.sentence) == ("clock-behind", "The device's clock is 26 h behind.")
    ahead = judge(clock=Clock(NOW + 7 * MINUTE, NOW, NOW))
    assert (ahead.code, ahead.sentence) == ("clock-ahead", "The device's clock is 7 min ahead.")
    assert judge(clock=Clock(NOW - 4 * MINUTE, NOW, NOW)).allowed


def test_a_clockless_clause_works_with_a_broken_clock_but_not_below_the_floor() -> None:
    found = contract(clause(4, clockless=True))
    assert judge(found, Clock(0, NOW, NOW)).allowed
    assert judge(found, Clock(0, NOW, NOW + DAY)).code == "clock-behind"
    assert judge(found, Clock(0, 0, NOW)).code == "clock-behind", "the provider turns time back"
    assert judge(found, Clock(0, NOW + 2 * HOUR, NOW)).code == "grant-expired"


@pytest.mark.parametrize(
    ("clock", "code"),
    [
        (Clock(NOW + 2 * HOUR, NOW + 2 * HOUR - 1, NOW), "grant-expired"),
        (Clock(NOW + 2 * HOUR - 1, NOW + 2 * HOUR, NOW), "grant-expired"),
        (Clock(NOW + 2 * HOUR - 1, NOW + 2 * HOUR - 1, NOW + 2 * HOUR), "grant-expired"),
        (Clock(NOW + 2 * HOUR - 1, NOW + 2 * HOUR - 1, NOW), ""),
        (Clock(NOW - 2 * DAY, NOW - 2 * DAY, 0), "not-yet"),
        (Clock(NOW + 400 * DAY, NOW + 400 * DAY, 0), "contract-expired"),
        (Clock(NOW, NOW, NOW + HOUR), "clock-behind"),
    ],
)
def test_device_gateway_and_floor_must_all_allow(clock: Clock, code: str) -> None:
    assert judge(clock=clock).code == code


SCRIPTS = contract(
    clause(4, Capability("exec", (str(EXECUTION["script"]),))),
    clause(5, Capability("shell.admin"), case_required=False),
)


def run(*, capabilities: tuple[str, ...] = ("exec",), uses: int = 1, **changes: object) -> Decision:
    asked = Request.of(wish(kind="exec", parameters={**EXECUTION, **changes}))
    return judge(SCRIPTS, request=asked, held=grant(SCRIPTS, capabilities=capabilities, uses=uses))


def test_a_script_runs_when_its_digest_is_in_the_clause_and_its_grant_is_for_one_run() -> None:
    assert run().clause == 4
    assert run(script="sha256:" + "0" * 64).code == "parameter-refused"
    assert run(uses=0).code == "capability-refused"
    assert run(uses=2).sentence == "A grant for a script is good for one run only."


@pytest.mark.parametrize("name", sorted(capability.ADMINISTRATORS))
def test_a_script_as_administrator_needs_the_administrators_capability(name: str) -> None:
    found = run(run_as=name)
    assert (found.code, found.clause) == ("parameter-refused", 4)
    assert found.sentence == (
        "Clause 4 allows no script as administrator: that needs a clause for scripts that names "
        "them, or shell.admin."
    )
    assert run(run_as=name, capabilities=("shell.admin",)).clause == 5


BACKUP, ANY_ROOT = ("backup", "root"), Capability("exec", any=True, run_as=("root",))
OTHER = "sha256:" + "0" * 64


def run_named(*capabilities: Capability, **changes: object) -> Decision:
    """Judge a script under a contract with one clause of these capabilities."""
    found = contract(clause(4, *capabilities))
    asked = Request.of(wish(kind="exec", parameters={**EXECUTION, **changes}))
    return judge(found, request=asked, held=grant(found, capabilities=("exec",), uses=1))


def test_a_clause_for_scripts_that_names_users_allows_them_and_nobody_else() -> None:
    named = Capability("exec", (str(EXECUTION["script"]),), run_as=BACKUP)
    assert run_named(named, run_as="backup").clause == 4
    assert run_named(named, run_as="root").clause == 4, "the administrator is named"
    other = run_named(named, run_as="guest")
    assert (other.code, other.clause) == ("parameter-refused", 4)
    assert " as backup or root, not to run the scripts sha256:" in other.sentence
    assert other.sentence.endswith("… as guest.")
    assert run_named(named, run_as="Administrator").code == "parameter-refused"


def test_without_users_a_clause_for_scripts_means_everybody_but_administrators() -> None:
    anybody = Capability("exec", (str(EXECUTION["script"]),))
    assert run_named(anybody, run_as="whoever").allowed
    assert run_named(anybody, run_as="root").code == "parameter-refused"


def test_a_script_of_one_capability_does_not_borrow_the_users_of_another() -> None:
    mine = Capability("exec", (str(EXECUTION["script"]),), run_as=("backup",))
    roots = Capability("exec", (OTHER,), run_as=("root",))
    assert run_named(mine, roots, run_as="root").code == "parameter-refused"
    assert run_named(mine, roots, script=OTHER, run_as="backup").code == "parameter-refused"
    assert run_named(mine, roots, script=OTHER, run_as="root").allowed


def test_any_script_as_administrator_is_everything_and_named_ones_are_not() -> None:
    assert ANY_ROOT.implies_everything
    assert not Capability("exec", (OTHER,), run_as=("root",)).implies_everything
    assert not Capability("exec", any=True, run_as=("backup",)).implies_everything
    assert sentences.capability_words(ANY_ROOT) == "run any script as root"
    assert sentences.EVERYTHING in sentences.clause_sentence(clause(4, ANY_ROOT), contract())


def test_windows_are_kept_at_both_clocks_and_end_the_session() -> None:
    night = contract(clause(4, when=NIGHT))  # NOW is 08:00 in Shanghai
    refused = judge(night)
    assert (refused.code, refused.clause) == ("outside-window", 4)
    assert "there it is now Sun 08:00" in refused.sentence
    evening = NOW + 14 * HOUR
    held = grant(night, issued=evening, expires=evening + 12 * HOUR)
    found = judge(night, Clock(evening, evening + MINUTE, evening), held=held)
    assert found.allowed
    assert found.expires == NOW + 22 * HOUR
    assert "until 06:00 (Asia/Shanghai), because clause 4" in found.sentence
    assert judge(night, Clock(evening - MINUTE, evening, 0), held=held).code == "outside-window"


def test_the_customers_word_must_be_fresh_where_the_contract_asks_for_it() -> None:
    fresh = contract(freshness=Freshness(24, "customer"))
    assert judge(fresh).allowed
    found = judge(fresh, Clock(NOW + HOUR, NOW + HOUR, NOW))
    assert found.code == "stale"
    assert found.sentence == (
        "The customer last gave its word 25 h ago; the contract asks for it every 24 h."
    )


def test_health_needs_no_contract() -> None:
    health = Request("health", "health")
    assert decide(None, None, health, CLOCK, statement=None).allowed
    assert decide(None, None, SHELL, CLOCK, statement=None).code == "unpinned"
    assert decide(None, None, SHELL, CLOCK, statement=statement()).code == "contract-missing"
    without = decide(contract(), None, SHELL, CLOCK, statement=statement())
    assert without.code == "capability-refused"


def test_a_device_outside_the_contract_is_refused() -> None:
    assert judge(device=statement(tags=("kitchen",))).code == "other-device"
    assert judge(device=statement(organisation="orchid")).code == "other-device"
    by_key = contract(device_tags=(), device_keys=(DEVICE.public_line,))
    assert judge(by_key).allowed


@pytest.mark.parametrize("mfa", ["", "totp", "passkey"])
def test_the_kind_of_sign_in_is_asked_for(mfa: str) -> None:
    found = contract(clause(4, who=Who(mfa="passkey")))
    held = grant(found, technician=replace(grant().technician, mfa=mfa))
    refused = judge(found, held=held)
    assert refused.allowed is (mfa == "passkey")
    assert refused.allowed or "signed in with a passkey" in refused.sentence


def test_an_emergency_clause_is_used_last_and_says_so() -> None:
    both = contract(clause(1, emergency=True), clause(2))
    assert judge(both).clause == 2
    assert judge(contract(clause(1, emergency=True))).emergency


def narrowing(**changes: object) -> Narrowing:
    found = Narrowing(
        organisation="lotus",
        author="customer",
        id="n-1",
        serial=1,
        contract="",
        devices=("*",),
        effect="refuse",
        capabilities=("shell.user",),
        issued=NOW,
    )
    return replace(found, **changes)  # type: ignore[arg-type]


EVENING = When("Asia/Shanghai", (Window(tuple(DAYS), "18:00", "19:00"),))


def restart(at: int = 0, when: When | None = None, clock: Clock = CLOCK, uses: int = 1) -> Decision:
    """A restart asked for at 08:00 in Shanghai, under a grant of 12 hours."""
    under = contract(clause(1, Capability("reboot"), when=when))
    held = grant(under, capabilities=("reboot",), uses=uses, expires=NOW + 12 * HOUR)
    return judge(under, clock, Request.of(wish(kind="reboot", parameters={"at": at})), held)


def test_a_restart_is_a_capability_of_its_own_and_its_grant_is_good_for_one() -> None:
    assert restart().allowed
    assert restart(uses=0).code == "capability-refused"
    asked = Request.of(wish(kind="reboot", parameters={"at": 0}))
    assert judge(request=asked).code == "capability-refused"


def test_a_planned_restart_is_judged_by_the_window_it_happens_in() -> None:
    by_day = restart(when=EVENING)
    assert (by_day.code, "18:00 to 19:00" in by_day.sentence) == ("outside-window", True)
    planned = restart(NOW + 10 * HOUR, EVENING)
    assert (planned.allowed, planned.expires) == (True, NOW + 11 * HOUR)
    beside = restart(NOW + 9 * HOUR, EVENING)
    assert (beside.code, "it will be Sun 17:00" in beside.sentence) == ("outside-window", True)
    assert restart(NOW + 12 * HOUR).code == "grant-expired"


def test_a_planned_restart_does_not_open_a_window_that_has_closed_meanwhile() -> None:
    late = Clock(NOW + 11 * HOUR, NOW + 11 * HOUR, NOW)
    assert restart(NOW + 10 * HOUR, EVENING, late).code == "outside-window"


def test_a_narrowing_names_its_author() -> None:
    found = judge(narrowings=(narrowing(reason="audit"),))
    assert found.code == "narrowed"
    assert found.sentence == "The customer refuses shell.user: audit."
    all_gone = narrowing(effect="revoke-all", capabilities=(), author="provider")
    assert judge(narrowings=(all_gone,)).sentence == "The provider has revoked all access."
    health = Request("health", "health")
    assert judge(request=health, narrowings=(all_gone,)).allowed
    assert not judge(request=health, narrowings=(narrowing(capabilities=("health",)),)).allowed
    assert judge(narrowings=(narrowing(devices=(PROVIDER.public_line,)),)).allowed
    assert judge(narrowings=(narrowing(lifted=True),)).allowed


REQUESTS = [
    SHELL,
    Request("shell", "shell.user", "root"),
    Request("exec", "exec", "sha256:" + "a" * 64),
    Request("files", "files.read", "/var/log/syslog"),
    Request("tunnel", "tunnel", "127.0.0.1:80"),
    Request("desktop", "desktop.view"),
]
capabilities = st.sampled_from(
    [
        Capability("shell.user", ("guest",)),
        Capability("shell.admin"),
        Capability("exec", any=True),
        Capability("files.read", ("/var/log/*",)),
        Capability("tunnel", ("127.0.0.1:80",)),
        Capability("desktop.view"),
    ]
)
clauses = st.builds(
    lambda found, on, clockless, team: clause(
        1, *found, when=NIGHT if on else None, clockless=clockless, who=Who((team,))
    ),
    st.lists(capabilities, min_size=1, max_size=3),
    st.booleans(),
    st.booleans(),
    st.sampled_from(["Remote team", "Night team"]),
)
contracts = st.lists(clauses, min_size=1, max_size=3).map(
    lambda found: contract(*(replace(item, number=n) for n, item in enumerate(found, 1)))
)
names = st.lists(st.sampled_from(capability.NAMES), max_size=4, unique=True).map(tuple)
near = st.integers(-10 * MINUTE, 3 * HOUR).map(lambda offset: NOW + offset)
clocks = st.builds(Clock, near, near, near) | near.map(lambda at: Clock(at, at, at))
narrowings = st.builds(
    lambda found, lifted: narrowing(
        capabilities=found, effect="refuse" if found else "revoke-all", lifted=lifted
    ),
    names,
    st.booleans(),
)


@given(contracts, names, clocks, st.sampled_from(REQUESTS), narrowings)
def test_a_narrowing_never_widens(
    found: Contract, held: tuple[str, ...], clock: Clock, request: Request, narrow: Narrowing
) -> None:
    under = grant(found, capabilities=held)
    if judge(found, clock, request, under, narrowings=(narrow,)).allowed:
        assert judge(found, clock, request, under).allowed


@given(contracts, names, clocks, st.sampled_from(REQUESTS), st.integers(0, 3 * HOUR))
def test_a_higher_floor_never_widens(
    found: Contract, held: tuple[str, ...], clock: Clock, request: Request, more: int
) -> None:
    under = grant(found, capabilities=held)
    later = replace(clock, floor=clock.floor + more)
    if judge(found, later, request, under).allowed:
        assert judge(found, clock, request, under).allowed


@given(contracts, names, clocks, st.sampled_from(REQUESTS))
def test_a_grant_wider_than_the_contract_is_always_refused(
    found: Contract, held: tuple[str, ...], clock: Clock, request: Request
) -> None:
    offered = {
        item.name
        for one in found.clauses
        if "Remote team" in one.who.teams
        for item in one.capabilities
    }
    under = grant(found, capabilities=held)
    if "shell.admin" in offered or set(held) <= offered:
        check_grant(found, under)
        return
    with pytest.raises(Refusal) as refused:
        check_grant(found, under)
    assert refused.value.code == "wider-than-contract"
    assert not judge(found, clock, request, under).allowed


@given(contracts, clocks, st.sampled_from(REQUESTS))
def test_what_the_grant_does_not_name_is_never_allowed(
    found: Contract, clock: Clock, request: Request
) -> None:
    assert not judge(found, clock, request, grant(found, capabilities=("reboot",))).allowed


def test_every_code_of_the_protocol_is_known_and_reached_by_a_test() -> None:
    here = Path(__file__).parent
    text = (here.parents[1] / "docs/protocols/documents.md").read_text()
    listed = text.split("Codes: `", 1)[1].split("`", 1)[0].split()
    assert tuple(listed) == refusals.CODES
    tests = "".join(file.read_text() for file in here.glob("test_*.py"))
    assert [code for code in listed if f'"{code}"' not in tests] == []


def test_a_clause_is_said_in_plain_english() -> None:
    found = contract(
        clause(
            4,
            Capability("shell.user", ("guest",)),
            Capability("files.read", ("/var/log/*", "/etc/hosts")),
            Capability("exec", any=True),
            who=Who(("Remote team", "Kiosks"), (PROVIDER.public_line,), "totp"),
            when=replace(NIGHT, holidays="refused", dates=("2027-01-01",)),
            approval=ApprovalRule(1, (APPROVER.public_line,), 60),
            consent="attended",
        ),
        device_keys=(DEVICE.public_line,),
    )
    (said,) = sentences.contract_sentences(found)
    assert said == (
        "Clause 4: the Remote team or the team Kiosks holding the key "
        f"{PROVIDER.fingerprint} who signed in with a one-time code or a passkey may open a shell "
        "as guest, read /var/log/* or /etc/hosts and run any script on devices tagged front-desk "
        "or named by their keys (1), every day 22:00 to 06:00 "
        "(Asia/Shanghai, not on holidays), when a case is named, one of the approvers said yes to "
        "the request and the person at the device consents. Proved: the device, what is done, the "
        "time, the approvals, the consent and the technician's key. Asserted by the provider: who "
        "belongs to the team, how the technician signed in and the case."
    )


@pytest.mark.parametrize(
    "item",
    [Capability("shell.admin"), Capability("install", ("*",)), Capability("shell.user", ("root",))],
)
def test_what_implies_everything_is_said_in_one_sentence(item: Capability) -> None:
    text = sentences.clause_sentence(clause(1, item), contract())
    assert text.endswith(sentences.EVERYTHING)
