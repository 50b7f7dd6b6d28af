"""Sessions and their sealed commands, made for the measurement of search."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any

from django.apps import apps

from reachback.access.sealing import vault
from reachback.kernel.actors import Actor
from reachback_wire.sealing import DataKey

_NOW = datetime(2026, 11, 22, 4, 0, tzinfo=UTC)
_COMMANDS = 20
_WORDS = (
    "systemctl status nginx", "systemctl restart guestbook", "journalctl -u guestbook -n 50",
    "cat /etc/guestbook/guestbook.conf", "df -h /srv", "ls -la /var/log", "ip addr show",
    "tail -n 200 /var/log/syslog", "sudo apt-get update", "grep -r port /etc/guestbook",
)  # fmt: skip


def _make(model: str, **values: object) -> Any:  # noqa: ANN401 - any model
    app, _, name = model.partition(".")
    return apps.get_model(app, name).objects.create(**values)


def make(count: int) -> Actor:
    """Make `count` ended sessions of one customer with commands; return the provider's auditor."""
    provider = _make("people.Organisation", kind="provider", name="Northstar", slug="northstar")
    lotus = _make("people.Organisation", kind="customer", name="Lotus Hotels", slug="lotus")
    users = apps.get_model("people", "User").objects
    people = [
        users.create_user(f"{name}@x.test", organisation=provider, name=name)
        for name in ("Tomas Rivera", "Aiko Sato")
    ]
    device = _make("devices.Device", organisation=lotus, name="lijiang-frontdesk", enrolled_at=_NOW)
    contract = _make(
        "access.ContractDocument", organisation=lotus, digest="sha256:bench", keyset_serial=1,
        serial=1, title="Contract", body="{}", signatures=[], effective=_NOW, expires=_NOW,
        published_at=_NOW, state="expired",
    )  # fmt: skip
    session: Any = apps.get_model("access", "AccessSession")
    rows = [
        session(
            organisation=lotus, device=device, technician=people[number % 2], contract=contract,
            session_key="k", clause=1, sentence="", state="ended",
            asked_at=_NOW - timedelta(minutes=number), started_at=_NOW - timedelta(minutes=number),
            ended_at=_NOW - timedelta(minutes=number - 1), expires_at=_NOW,
        )
        for number in range(count)
    ]  # fmt: skip
    session.objects.bulk_create(rows, batch_size=500)
    recording: Any = apps.get_model("access", "Recording")
    recording.objects.bulk_create(
        [recording(organisation=lotus, session=row, started_at=row.started_at) for row in rows],
        batch_size=500,
    )
    key = vault.data_key(lotus.id)
    entered: Any = apps.get_model("access", "CommandRow")
    entered.objects.bulk_create(
        [
            entered(organisation=lotus, session=row, sealed=_sealed(key, row, n), written_at=_NOW)
            for n, row in enumerate(rows)
        ],
        batch_size=500,
    )
    return Actor(
        kind="person", id=None, name="Ada", is_provider=True, customer_ids=None,
        organisation_id=provider.id, roles=frozenset({"auditor"}),
    )  # fmt: skip


def _sealed(key: DataKey, row: Any, number: int) -> bytes:  # noqa: ANN401 - a session
    lines = [
        [
            "1",
            at * 4_000,
            f"{_WORDS[(number * 7 + at * 3) % 10]} # {(number * 31 + at * 17) % 99_991}",
        ]
        for at in range(_COMMANDS)
    ]
    if number == 9_731:
        lines.append(["1", 90_000, "needle-9731"])
    return key.seal_row(f"commands {row.id}", json.dumps(lines).encode())
