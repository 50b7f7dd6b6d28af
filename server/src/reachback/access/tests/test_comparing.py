"""What widens and what narrows: whatever is not surely narrower is wider."""

from dataclasses import replace
from typing import Any

import pytest

from reachback.access.drafting.comparing import changes, widens
from reachback_wire import documents as wire

_KEY = wire.Party("Northstar", ())
_WINDOW = wire.Window(("mon", "tue"), "08:00", "18:00")
_CLAUSE = wire.Clause(
    1,
    (wire.Capability("shell.user", ("guest", "kiosk")),),
    wire.Who(teams=("Remote team", "Night team")),
    when=wire.When("Europe/Oslo", (_WINDOW,)),
)
_CONTRACT = wire.Contract(
    organisation="o",
    keyset=1,
    serial=1,
    title="Care",
    provider=_KEY,
    clauses=(_CLAUSE,),
    device_tags=("a", "b"),
    effective=1,
    expires=1_000,
    issued=1,
    notify=("start",),
)


def _clause(**given: Any) -> wire.Contract:
    return replace(_CONTRACT, clauses=(replace(_CLAUSE, **given),))


def _window(days: tuple[str, ...], start: str, end: str, zone: str = "Europe/Oslo") -> wire.When:
    return wire.When(zone, (wire.Window(days, start, end),))


NARROWER = [
    _clause(capabilities=(wire.Capability("shell.user", ("guest",)),)),
    _clause(who=wire.Who(teams=("Night team",))),
    _clause(who=replace(_CLAUSE.who, mfa="passkey")),
    _clause(when=_window(("mon",), "09:00", "12:00")),
    _clause(case_required=True),
    _clause(consent="attended"),
    _clause(on_cut="kill"),
    replace(_CONTRACT, clauses=()),
    replace(_CONTRACT, device_tags=("a",)),
    replace(_CONTRACT, expires=900),
    replace(_CONTRACT, freshness=wire.Freshness(24, "customer")),
    replace(_CONTRACT, notify=("start", "end")),
]
WIDER = [
    _clause(capabilities=(wire.Capability("shell.user", ("guest", "kiosk", "root")),)),
    _clause(capabilities=(*_CLAUSE.capabilities, wire.Capability("reboot"))),
    _clause(who=wire.Who()),
    _clause(who=wire.Who(teams=("Remote team", "Night team", "Third team"))),
    _clause(when=None),
    _clause(when=_window(("mon",), "07:00", "12:00")),
    _clause(when=_window(("mon",), "09:00", "12:00", "Asia/Shanghai")),
    _clause(when=_window(("tue",), "17:00", "02:00")),
    _clause(clockless=True),
    _clause(emergency=True),
    replace(_CONTRACT, device_tags=("a", "b", "c")),
    replace(_CONTRACT, expires=2_000),
    replace(_CONTRACT, recording="optional"),
    replace(_CONTRACT, notify=()),
    replace(_CONTRACT, clauses=(_CLAUSE, replace(_CLAUSE, number=2))),
]


@pytest.mark.parametrize("after", NARROWER)
def test_what_is_surely_narrower_does_not_widen(after: wire.Contract) -> None:
    assert not widens(_CONTRACT, after)
    assert [each.direction for each in changes(_CONTRACT, after)] == ["narrows"]


@pytest.mark.parametrize("after", WIDER)
def test_all_else_widens_and_is_said(after: wire.Contract) -> None:
    assert widens(_CONTRACT, after)
    assert all(each.sentence for each in changes(_CONTRACT, after))


def test_scripts_and_their_users_are_compared_together() -> None:
    def exec_(scripts: tuple[str, ...], users: tuple[str, ...] = ()) -> wire.Contract:
        found = wire.Capability("exec", scripts, run_as=users)
        return _clause(capabilities=(found,))

    one = ("sha256:" + "1" * 64,)
    assert not widens(exec_(one), exec_(one, ("guest",)))
    assert widens(exec_(one, ("guest",)), exec_(one))
    assert widens(exec_(one), exec_(one, ("root",)))
    assert not widens(exec_(one, ("guest", "root")), exec_(one, ("guest",)))


def test_the_same_contract_again_does_not_differ() -> None:
    assert changes(_CONTRACT, replace(_CONTRACT, serial=2, issued=5)) == []
    assert widens(None, _CONTRACT)
