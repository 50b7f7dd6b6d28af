"""A contract that asks for approval: its keyset and clauses, signed outside as the hotel does."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

from journeys.demo import Demo
from reachback.config.demo.customer import Customer
from reachback.config.demo.places import Places
from reachback_wire import canonical
from reachback_wire.documents import ApprovalRule, Clause, Contract, Keyset, KeysetKey, seal

WHY = "The registration page answers 500. I want to look at its log."


def signed(hotel: Demo, line: str) -> tuple[Path, Path]:
    """The next keyset names this key for approvals; the next contract asks for one."""
    folder = Places(hotel.data).customer
    first = Keyset.parse(_kept(folder, "keyset"))
    before = Contract.parse(_kept(folder, "contract"))
    customer = Customer(folder, before.organisation, first.name)
    keys = tuple(_plain(each) for each in first.keys)
    keyset = replace(
        first,
        serial=2,
        previous=canonical.digest(first.to_body()),
        keys=(*keys, KeysetKey(line, "Chen Wei's phone", ("approve",))),
    )
    contract = replace(
        before,
        keyset=2,
        serial=before.serial + 1,
        clauses=tuple(_guarded(each) for each in before.clauses),
    )
    key = customer.key("administrator")
    customer.keep("keyset-2", seal(keyset, key))
    customer.keep("contract", seal(contract, key))
    return folder / "keyset-2.json", folder / "contract.json"


def _kept(folder: Path, name: str) -> str:
    return str(json.loads((folder / f"{name}.json").read_text("utf-8"))["body"])


def _plain(key: KeysetKey) -> KeysetKey:
    """Chen approves with the phone from now on, not with the key that signs contracts."""
    return replace(key, roles=tuple(role for role in key.roles if role != "approve"))


def _guarded(clause: Clause) -> Clause:
    if clause.capabilities[0].name != "shell.user":
        return clause
    return replace(clause, approval=ApprovalRule(1, (), 30))
