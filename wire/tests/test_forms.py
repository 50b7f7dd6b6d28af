from dataclasses import replace

import pytest
from lotus import CUSTOMER, DEVICE, NOW, PROVIDER, keyset

from reachback_wire.documents import (
    Capability,
    Contract,
    DeviceStatement,
    Keyset,
    Narrowing,
    forms,
    seal,
)
from reachback_wire.refusals import Refusal

CONTRACT = f"""
type = "reachback-contract"
organisation = "lotus"
title = "Remote care of the front desks"
effective = 2026-11-22
expires = 2027-11-22T08:00:00+08:00

[provider]
name = "Northstar Managed Systems"
grant_keys = ["{PROVIDER.public_line}"]

[devices]
tags = ["front-desk"]

[[clauses]]
capabilities = [{{ name = "shell.user", run_as = ["guest"] }}, "health"]
who = {{ teams = ["Remote team"] }}
case_required = true

[[clauses]]
capabilities = [{{ name = "exec", any = true }}]

[clauses.when]
zone = "Asia/Shanghai"
dates = [2027-02-06]
windows = [{{ days = ["mon"], from = 22:00:00, to = "06:00" }}]
"""


def test_a_contract_is_written_as_toml_and_signed_as_canonical_text() -> None:
    contract = forms.from_toml(CONTRACT, issued=NOW)
    assert isinstance(contract, Contract)
    first, second = contract.clauses
    assert first.capabilities == (Capability("shell.user", ("guest",)), Capability("health"))
    assert (first.number, first.case_required, first.on_cut) == (1, True, "freeze")
    assert second.capabilities == (Capability("exec", (), any=True),)
    assert second.when is not None
    assert (second.when.windows[0].start, second.when.windows[0].end) == ("22:00", "06:00")
    assert (second.when.holidays, second.when.dates) == ("refused", ("2027-02-06",))
    assert (contract.effective, contract.expires) == (NOW, NOW + 365 * 86_400_000)
    assert contract.recording == "required"
    assert forms.parse(contract.to_body()) == contract


def test_keysets_statements_and_narrowings_have_forms_too() -> None:
    made = forms.from_toml(
        'type = "reachback-keyset"\norganisation = "lotus"\nname = "Lotus Hotels"\n'
        f'[[keys]]\nkey = "{CUSTOMER.public_line}"\nname = "Chen Wei"\nroles = ["sign"]\n',
        issued=NOW,
    )
    assert isinstance(made, Keyset)
    assert (made.serial, made.threshold, made.tier) == (1, 1, "independent")
    statement = {
        "type": "reachback-device",
        "organisation": "lotus",
        "key": DEVICE.public_line,
        "name": "lijiang-frontdesk",
        "tags": ["front-desk"],
    }
    assert isinstance(forms.from_form(statement, issued=NOW), DeviceStatement)
    narrowing = {"type": "reachback-narrow", "organisation": "lotus", "id": "n-1"}
    made_narrowing = forms.from_form(narrowing, issued=NOW)
    assert isinstance(made_narrowing, Narrowing)
    assert (made_narrowing.effect, made_narrowing.devices) == ("revoke-all", ("*",))


@pytest.mark.parametrize(
    ("old", "new", "code"),
    [
        ('title = "Remote', 'titel = "Remote', "malformed"),
        ('title = "Remote', 'titel = "x"\ntitle = "Remote', "unknown-member"),
        ("case_required = true", "case_requird = true", "unknown-member"),
        ("shell.user", "shell.super", "unknown-member"),
        ("[provider]", "[provider", "malformed"),
        ("+08:00", "", "malformed"),
        ('type = "reachback-contract"', 'type = "reachback-grant"', "malformed"),
        ('type = "reachback-contract"', "", "malformed"),
        ('tags = ["front-desk"]', "tags = 1.5", "malformed"),
    ],
)
def test_a_form_with_a_mistake_is_refused(old: str, new: str, code: str) -> None:
    text = CONTRACT.replace(old, new)
    assert text != CONTRACT
    with pytest.raises(Refusal) as refused:
        forms.from_toml(text, issued=NOW)
    assert refused.value.code == code


def test_the_customers_trust_file_names_its_chain() -> None:
    first = seal(keyset(), CUSTOMER)
    later = replace(keyset(), serial=2, previous=first.digest)
    trust = forms.Trust.of([first, seal(later, CUSTOMER)])
    assert forms.Trust.parse(trust.to_text()) == trust
    assert trust.fingerprint == keyset().fingerprint
    for broken in ("", "[]", "{}", trust.to_text().replace("keysets", "keyset")):
        with pytest.raises(Refusal):
            forms.Trust.parse(broken)
    with pytest.raises(Refusal):
        forms.Trust.of([])


def test_a_document_of_another_kind_is_not_read_as_one_signed_by_hand() -> None:
    with pytest.raises(Refusal):
        forms.parse('{"type":"reachback-hello"}')
