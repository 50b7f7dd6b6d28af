"""Writes the golden vectors of documents, decisions, leaves and recordings from fixed keys.

Run from the repository's root: `python wire/vectors/generate_documents.py`. The same input gives
the same bytes; a test compares the files with what this program would write.
"""

import base64
import json
import sys
from dataclasses import asdict
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[2]
sys.path[:0] = [str(ROOT / "wire/src"), str(ROOT / "wire/tests")]

from lotus import (  # noqa: E402
    COLLEAGUE,
    CUSTOMER,
    DAY,
    DEVICE,
    EXECUTION,
    HOUR,
    NOW,
    PROVIDER,
    REVOKER,
    SESSION,
    STRANGER,
    attach,
    clause,
    contract,
    grant,
    keyset,
    offer,
    statement,
    wish,
)

from reachback_wire import asciicast, canonical, leaves, recording, signing, varint  # noqa: E402
from reachback_wire.decisions import decide  # noqa: E402
from reachback_wire.documents import (  # noqa: E402
    Capability,
    Contract,
    Document,
    Envelope,
    Freshness,
    Grant,
    Hello,
    Narrowing,
    Open,
    Receipt,
    Scan,
    When,
    Window,
    seal,
)
from reachback_wire.documents.contract import DAYS  # noqa: E402
from reachback_wire.requests import Clock, Request  # noqa: E402
from reachback_wire.units import CtrlUnit, DataUnit, GapUnit, Unit  # noqa: E402

FOLDER = Path(__file__).parent
SALT = bytes(range(16))
KEY = "session-1.1"
DIGEST = "sha256:" + "1" * 64


def canonical_vectors() -> dict[str, object]:
    """Values with their text, and texts that are refused."""
    values: list[dict[str, object]] = [
        {},
        {"b": 1, "a": [True, False, None, {}, []], "": ""},
        {"\ufeff": 1, "\U0001f600": 2, "\u20ac": 3, "a": 4, "B": 5, "1": 6, "\r": 7},
        {"t": '\u20ac$\x0f\nA\'B"\\\\"/\x7f\u2028', "n": [2**53 - 1, -(2**53) + 1, 0, -1]},
        {"登记": "前台", "é": "\u00e9"},
    ]
    refused = [
        ('{"a":1,"a":1}', "a member's name appears twice"),
        ('{"b":1,"a":2}', "members out of order"),
        ('{"\ufeff":1,"\U0001f600":2}', "sorted by code points instead of UTF-16 code units"),
        ('{ "a":1}', "white space"),
        ('{"a":1.0}', "a float"),
        ('{"a":1e3}', "an exponent"),
        ('{"a":-0}', "minus nought"),
        ('{"a":9007199254740992}', "larger than 2^53-1"),
        ('{"a":"\\u0041"}', "escaped without need"),
        ('{"a":"\\/"}', "escaped without need"),
        ('{"a":"\\u000A"}', "escaped the long way"),
        ('{"a":"e\u0301"}', "not NFC"),
        ('{"a":"\\ud800"}', "a lone surrogate"),
        ("[]", "not an object"),
        ('{"a":' * 16 + "{}" + "}" * 16, "nested 17 deep"),
        ('{"a":', "cut short"),
    ]
    return {
        "accepted": [
            {"value": value, "text": text, "digest": canonical.digest(text)}
            for value, text in ((item, canonical.dumps(item)) for item in values)
        ],
        "refused": [{"text": text, "why": why} for text, why in refused],
    }


def sshsig_vectors() -> dict[str, object]:
    """Signatures to make from a seed, and signatures to check."""
    message, namespace = contract().to_body(), Contract.TYPE
    armour = signing.sign(CUSTOMER, namespace, message.encode())
    keys = (CUSTOMER, DEVICE, SESSION)
    verify = [
        ("stands", namespace, message, CUSTOMER, ""),
        ("another text", namespace, message + " ", CUSTOMER, "bad-signature"),
        ("another namespace", Grant.TYPE, message, CUSTOMER, "wrong-namespace"),
        ("another key", namespace, message, STRANGER, "unknown-key"),
    ]
    return {
        "sign": [
            {
                "seed": key.seed.hex(),
                "public": key.public_line,
                "fingerprint": key.fingerprint,
                "namespace": "reachback-open",
                "message": wish().to_body(),
                "armour": signing.sign(key, "reachback-open", wish().to_body().encode()),
            }
            for key in keys
        ],
        "verify": [
            {
                "name": name,
                "namespace": space,
                "message": text,
                "allowed": [key.public_line],
                "armour": armour,
                "code": code,
            }
            for name, space, text, key, code in verify
        ],
    }


def _envelopes() -> dict[str, tuple[Document, Envelope]]:
    hello = Hello(
        role="browser",
        key=SESSION.public_line,
        nonce="bm9uY2U",
        node="front-1",
        issued=NOW,
        session="session-1",
        ticket="ticket-1",
    )
    receipt = Receipt(
        device=DEVICE.public_line,
        number=1,
        previous="",
        session="session-1",
        channel=KEY,
        event="start",
        contract=canonical.digest(contract().to_body()),
        grant=canonical.digest(grant().to_body()),
        leaves=1,
        head="ab" * 32,
        offset=1,
        issued=NOW,
    )
    made: dict[str, tuple[Document, signing.PrivateKey]] = {
        "keyset": (keyset(), CUSTOMER),
        "statement": (statement(), CUSTOMER),
        "contract": (contract(), CUSTOMER),
        "narrowing": (_revocation(), REVOKER),
        "grant": (grant(), PROVIDER),
        "open": (wish(), SESSION),
        "open exec": (wish(kind="exec", parameters=EXECUTION), SESSION),
        "offer": (offer(), SESSION),
        "open attach": (attach(), COLLEAGUE),
        "hello": (hello, SESSION),
        "receipt": (receipt, DEVICE),
        "scan": (_scan(), PROVIDER),
    }
    return {name: (document, seal(document, key)) for name, (document, key) in made.items()}


def documents_vectors() -> dict[str, object]:
    """One sealed document of each type."""
    found = {
        name: {
            "type": document.TYPE,
            "digest": envelope.digest,
            "signer": signing.signer(envelope.signatures[0]),
            "envelope": envelope.to_json(),
        }
        for name, (document, envelope) in _envelopes().items()
    }
    return {"fingerprint": keyset().fingerprint, "documents": found}


def _scan() -> Scan:
    return Scan(
        organisation=contract().organisation,
        device=DEVICE.public_line,
        sha256="sha256:" + "ab" * 32,
        size=42,
        scanner="clamav",
        engine="ClamAV 1.4.1",
        database="27456",
        database_issued=NOW - 86_400_000,
        verdict="infected",
        found="Eicar-Test-Signature",
        scanned=NOW,
        expires=NOW + 3_600_000,
    )


def _revocation() -> Narrowing:
    return Narrowing(
        organisation="lotus",
        author="customer",
        id="narrowing-1",
        serial=1,
        contract=canonical.digest(contract().to_body()),
        devices=("*",),
        effect="revoke-all",
        reason="we called the desk",
        issued=NOW,
    )


def _execution(**changes: object) -> Open:
    found: Open = wish(kind="exec", parameters={**EXECUTION, **changes})
    return found


def decisions_vectors() -> dict[str, object]:
    """Everything that goes into `decide`, and what comes out."""
    night = When("Asia/Shanghai", (Window(tuple(DAYS), "22:00", "06:00"),))
    at_night, fresh = contract(clause(4, when=night)), contract(freshness=Freshness(24, "customer"))
    now, behind = Clock(NOW, NOW, NOW), Clock(NOW - 26 * HOUR, NOW, NOW)
    root = wish(parameters={**wish().parameters, "run_as": "root"})
    scripts = contract(clause(4, Capability("exec", (str(EXECUTION["script"]),))))
    users = ("backup", "root")
    backups = contract(
        clause(4, Capability("exec", (str(EXECUTION["script"]),), run_as=users)),
    )
    once: dict[str, Any] = {"capabilities": ("exec",), "uses": 1}
    script = _execution()
    other = _execution(script="sha256:" + "0" * 64)
    restarts = contract(clause(4, Capability("reboot")))
    evening = When("Asia/Shanghai", (Window(tuple(DAYS), "18:00", "19:00"),))
    nightly = contract(clause(4, Capability("reboot"), when=evening))
    restart: dict[str, Any] = {"capabilities": ("reboot",), "uses": 1, "expires": NOW + 12 * HOUR}
    tonight = wish(kind="reboot", parameters={"at": NOW + 10 * HOUR})
    too_late = wish(kind="reboot", parameters={"at": NOW + 12 * HOUR})
    cases = [
        ("allowed", contract(), {}, wish(), now, ()),
        ("outside the window", at_night, {}, wish(), now, ()),
        ("device 26 h behind", contract(), {}, wish(), behind, ()),
        ("clockless", contract(clause(4, clockless=True)), {}, wish(), behind, ()),
        ("as root", contract(), {}, root, now, ()),
        ("wider", contract(), {"capabilities": ("shell.admin",)}, wish(), now, ()),
        ("no case", contract(), {"case": None}, wish(), now, ()),
        ("revoked", contract(), {}, wish(), now, (_revocation(),)),
        ("stale", fresh, {}, wish(), Clock(NOW + HOUR, NOW + HOUR, NOW), ()),
        ("grant expired", contract(), {}, wish(), Clock(NOW + DAY, NOW + DAY, NOW), ()),
        ("a script", scripts, once, script, now, ()),
        ("another script", scripts, once, other, now, ()),
        ("a script as root", scripts, once, _execution(run_as="root"), now, ()),
        ("a script as its user", backups, once, _execution(run_as="backup"), now, ()),
        ("a script as root, named", backups, once, _execution(run_as="root"), now, ()),
        ("a script as another user", backups, once, _execution(run_as="guest"), now, ()),
        ("a script any number of times", scripts, {**once, "uses": 0}, script, now, ()),
        ("a restart", restarts, restart, wish(kind="reboot", parameters={"at": 0}), now, ()),
        ("a restart by day", nightly, restart, wish(kind="reboot", parameters={"at": 0}), now, ()),
        ("a restart tonight", nightly, restart, tonight, now, ()),
        ("a restart that could be repeated", restarts, {**restart, "uses": 0}, tonight, now, ()),
        ("a restart after the grant", restarts, restart, too_late, now, ()),
    ]
    found = []
    for name, under, changes, asked, clock, narrowings in cases:
        held = grant(under, **changes)
        decision = decide(
            under,
            held,
            Request.of(asked),
            clock,
            statement=statement(),
            narrowings=narrowings,
            fresh_at=NOW - DAY,
        )
        found.append(
            {
                "name": name,
                "contract": under.to_body(),
                "statement": statement().to_body(),
                "narrowings": [item.to_body() for item in narrowings],
                "grant": held.to_body(),
                "open": asked.to_body(),
                "clock": asdict(clock),
                "fresh_at": NOW - DAY,
                "decision": asdict(decision),
            }
        )
    return {"decisions": found}


def _units() -> list[Unit]:
    start = {"key": KEY, "kind": "shell", "parameters": dict(wish().parameters)}
    output = "$ ls\r\n登记表.txt\r\n".encode()
    secret = leaves.leaf_hash(b"x", NOW, SALT, b"password")
    size = (132).to_bytes(2, "big") + (43).to_bytes(2, "big")

    def told(kind: int, payload: bytes) -> CtrlUnit:
        return CtrlUnit(kind, leaves.testimony_body(NOW, SALT, payload))

    return [
        told(leaves.START, canonical.dumps(start).encode()),
        DataUnit(output[:9]),
        DataUnit(output[9:]),
        told(leaves.OUTPUT_LEAF, varint.encode(len(output))),
        told(leaves.INPUT, b"exit\r"),
        CtrlUnit(leaves.REDACTED, leaves.redacted_body(NOW, secret)),
        told(leaves.RESIZE, size),
        told(leaves.STDERR, "warning: 登记\n".encode()),
        told(leaves.SIGNALLED, b"TSTP"),
        told(leaves.ATTACHED, b'{"technician":"Nora Lind"}'),
        GapUnit(1000, NOW, SALT, bytes(range(32))),
        told(leaves.EXIT, b'{"signal":null,"status":0}'),
    ]


def _unit_value(unit: Unit) -> dict[str, object]:
    match unit:
        case DataUnit(data):
            return {"unit": "data", "bytes": data.hex()}
        case CtrlUnit(kind, body):
            return {"unit": "ctrl", "kind": kind, "body": body.hex()}
        case GapUnit(length, time, salt, sha256):
            gap = {"length": length, "time": time, "salt": salt.hex(), "sha256": sha256.hex()}
            return {"unit": "gap", **gap}


def leaves_vectors() -> dict[str, object]:
    """A channel's units, each with its leaf, the count and the head after it."""
    reader = leaves.LeafReader(KEY)
    first, steps = reader.chain.head.hex(), []
    for unit in _units():
        leaf = reader.unit(unit)
        steps.append(
            {
                **_unit_value(unit),
                "leaf": leaf.hex() if leaf else None,
                "count": reader.chain.count,
                "head": reader.chain.head.hex(),
            }
        )
    return {"key": KEY, "first": first, "steps": steps}


def recording_vectors() -> dict[str, object]:
    """One segment, its units, how it is repaired, and its asciicast."""
    header = recording.SegmentHeader(
        session="session-1",
        channel=KEY,
        key=KEY,
        kind="shell",
        device=DEVICE.public_line,
        organisation="lotus",
        node="front-1",
        generation=1,
        index=0,
        start_offset=0,
        started=NOW,
        previous="",
        contract=DIGEST,
        grant=DIGEST,
    )
    writer, offset = recording.SegmentWriter(header), 0
    data = writer.opening
    for index, unit in enumerate(_units()):
        data += writer.unit(offset, unit, NOW + 300 * index)
        offset += unit.length
    data += writer.note({"what": "viewer joined"}, NOW + 2_700)
    data += writer.end("finished", "The shell ended.", NOW + 3_000)
    segment = recording.read_segment(data)
    return {
        "header": json.loads(header.to_text()),
        "segment": base64.b64encode(data).decode(),
        "sha256": writer.sha256,
        "units": [
            {"at": item.at, "offset": item.offset, **_unit_value(item.unit)}
            for item in segment.units
        ],
        "repairs": [
            {"cut": cut, "length": recording.repair(data[:cut])}
            for cut in range(0, len(data) + 1, 37)
        ],
        "asciicast": list(asciicast.lines(segment.units)),
    }


VECTORS = {
    "canonical": canonical_vectors,
    "sshsig": sshsig_vectors,
    "documents": documents_vectors,
    "decisions": decisions_vectors,
    "leaves": leaves_vectors,
    "recording": recording_vectors,
}


def text_of(name: str) -> str:
    """Give the text of one vector file; escaped to ASCII, so that no editor can change it."""
    return json.dumps(VECTORS[name](), indent=1) + "\n"


def main() -> None:
    """Write every file."""
    for name in VECTORS:
        (FOLDER / f"{name}.json").write_text(text_of(name))


if __name__ == "__main__":
    main()
