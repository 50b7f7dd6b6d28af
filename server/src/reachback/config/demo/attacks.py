"""Two demonstrations against ourselves: a dishonest server, and one altered byte."""

from __future__ import annotations

import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any, Protocol
from uuid import UUID

from reachback.access import keys
from reachback.access import queries as access
from reachback.access.recordings import export, folder
from reachback.config.demo.places import Places
from reachback.devices import queries as devices
from reachback.kernel import front
from reachback.kernel.actors import Actor
from reachback.kernel.ids import new_id
from reachback_wire import documents as wire
from reachback_wire.signing import PrivateKey

HOUR = 3_600_000  # ms
REPEATED = "The device gave the answer it gave the first time, and ran nothing."
Row = tuple[str, str, str]


class Device(Protocol):
    """The two things a grant names about a device."""

    key: str
    organisation_id: UUID


def dishonest_server(actor: Actor, device_id: UUID, at: int) -> list[Row]:
    """Send the device what the contract does not allow, past our own checks; return its answers."""
    device = devices.device(actor, device_id)
    contract = access.running_contract(actor, device.organisation_id)
    if contract is None:
        return []
    key = PrivateKey.generate()
    rows: list[Row] = []
    wider = _grant(device, contract.digest, key, _nonce(device_id), at, ("shell.admin",))
    answer = _inject(device_id, wider, _open(wider, key, "root", 1))
    rows.append(("A grant signed with the stolen grant key, wider than the contract", *answer))
    stale = _grant(device, contract.digest, key, "00" * 16, at, ("shell.user",))
    answer = _inject(device_id, stale, _open(stale, key, "nobody", 1))
    rows.append(("A grant for a link nonce this device never issued", *answer))
    rows.append(("The technician's last OPEN, captured and sent again", *_replayed(device_id)))
    return rows


def _replayed(device_id: UUID) -> tuple[str, str]:
    """Send the newest captured OPEN again, word for word."""
    try:
        answer = front.ask(f"/devices/{device_id}/inject", {"replay": True}, seconds=15)
    except front.FrontRefused as nothing:
        return str(nothing.sentence), nothing.code
    sentence, code = _told(answer)
    return (sentence, code) if code != "opened" else (REPEATED, "repeated")


def _nonce(device_id: UUID) -> str:
    """Ask for a fresh nonce, as Connect does."""
    return str(front.ask(f"/devices/{device_id}/nonce", {})["nonce"])


def _grant(
    device: Device, contract: str, key: PrivateKey, nonce: str, at: int, names: tuple[str, ...]
) -> wire.Envelope:
    """Mint a grant with the real grant key."""
    grant = wire.Grant(
        id=str(new_id()),
        session=str(new_id()),
        technician=wire.Technician(name="Nobody", key="", teams=("Remote team",), mfa=""),
        session_key=key.public_line,
        case=None,
        device=device.key,
        organisation=str(device.organisation_id),
        capabilities=names,
        contract=contract,
        nonce=nonce,
        approvals=(),
        uses=1,
        issued=at,
        expires=at + HOUR,
    )
    return wire.seal(grant, keys.grant_key())


def _open(grant: wire.Envelope, key: PrivateKey, run_as: str, counter: int) -> wire.Envelope:
    """Sign an OPEN for a shell under the grant."""
    parsed = wire.Grant.parse(grant.body)
    request = wire.Open(
        grant=parsed.id,
        channel=f"{parsed.session}.1",
        kind="shell",
        parameters={"run_as": run_as, "columns": 80, "rows": 24, "term": "xterm", "login": True},
        counter=counter,
    )
    return wire.seal(request, key)


def _inject(device_id: UUID, grant: wire.Envelope, request: wire.Envelope) -> tuple[str, str]:
    """Hand both to the device without the front's own decision."""
    body = {"grant": grant.to_json(), "open": request.to_json()}
    return _told(front.ask(f"/devices/{device_id}/inject", body, seconds=15))


def _told(answer: dict[str, Any]) -> tuple[str, str]:
    """Return the device's sentence and its code."""
    if answer.get("answer") == "refused":
        return str(answer.get("sentence", "")), str(answer.get("code", "refused"))
    return "The device opened it.", str(answer.get("answer", ""))


def alter_one_byte(actor: Actor, session_id: UUID, places: Places) -> tuple[str, int, str]:
    """Flip one byte of recorded output in an export and verify it as the customer would.

    Returns the verifier's words, its exit status and the command that was run.
    """
    whole = exported(actor, session_id)
    at = export.inside_output(whole, folder.channels(session_id))
    altered = whole[:at] + bytes([whole[at] ^ 0x01]) + whole[at + 1 :]
    with tempfile.TemporaryDirectory() as place:
        file = Path(place) / "altered.rbx"
        file.write_bytes(altered)
        trust = places.customer / "trust.json"
        command = ["reachback", "verify", str(file), "--trust", str(trust)]
        done = subprocess.run(
            [sys.executable, "-m", "reachback.config.cli", *command[1:]],
            capture_output=True,
            text=True,
            check=False,
        )
    return (done.stdout or done.stderr).strip(), done.returncode, " ".join(command)


def exported(actor: Actor, session_id: UUID) -> bytes:
    """Return the session's export, as the hotel's administrator downloads it."""
    session = access.session(actor, session_id)
    grants = access.grants(session_id)
    statement = devices.statement(actor, session.device_id)
    if statement is None or not grants:
        raise LookupError("This session has no signed documents to export.")
    rows: list[access.KeptDocument] = [statement, session.contract, *grants]
    device, contract, *granted = (wire.Envelope.from_json(access.envelope(row)) for row in rows)
    chain = access.keysets(actor, session.organisation_id)
    documents = export.Documents(
        keysets=[wire.Envelope.from_json(access.envelope(row)) for row in chain],
        statement=device,
        contract=contract,
        grants=granted,
    )
    return b"".join(export.chunks(documents, folder.channels(session_id)))
