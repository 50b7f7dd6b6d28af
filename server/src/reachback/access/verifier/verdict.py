"""The verdict: one sentence, an exit code, and what it rests on."""

from dataclasses import dataclass
from typing import Any

from reachback.access.verifier import documents, export, judging, sshsig, trust
from reachback.access.verifier.export import Export
from reachback.access.verifier.failures import Failure, Incomplete, Untrusted
from reachback.access.verifier.testimony import Channel
from reachback.access.verifier.trust import Trust

WHOLE = "Complete and unaltered"


@dataclass(frozen=True)
class Verdict:
    """What was found. `exit_code`: 0 whole, 1 altered, incomplete or untrusted, 2 unreadable."""

    whole: bool
    exit_code: int
    sentence: str
    details: tuple[str, ...] = ()
    chunks: int = 0
    device_key: str = ""
    contract: int = 0


def _manifest_agrees(found: Export) -> None:
    grant = found.papers.grant.value
    manifest = found.manifest
    case = manifest["case"]
    pairs = (
        (manifest["session"], grant.get("session"), "session"),
        (manifest["device"], found.papers.device_key, "device"),
        (manifest["organisation"], grant.get("organisation"), "organisation"),
        (case, grant.get("case"), "case"),
    )
    for told, signed, name in pairs:
        if told != signed:
            msg = f"The export names another {name} than the signed grant."
            raise Untrusted(msg)


def _keysets_agree(found: Export, trusted: Trust) -> None:
    for document in found.keysets:
        serial = document.value.get("serial")
        known = trusted.keysets.get(serial) if isinstance(serial, int) else None
        if known is None or known.digest != document.digest:
            msg = f"The export carries keyset {serial}, which is not the one in your trust file."
            raise Untrusted(msg)


def _tier(found: Export, trusted: Trust) -> str:
    keyset = trusted.keyset(found.papers.contract.value.get("keyset"))
    if keyset.tier == "hosted":
        return (
            "The contract was signed in the provider's portal (hosted): this protects against a "
            "stolen database, not against a portal that served hostile code."
        )
    return "The contract was signed with keys that never left the customer (independent)."


def _administrator(found: Export) -> tuple[str, ...]:
    grants = (found.papers.grant, *found.papers.later)
    if all("shell.admin" not in each.value.get("capabilities", []) for each in grants):
        return ()
    return (
        (
            "The grant included an administrator's shell, which can end the device's "
            "enforcement; what the device testified before stands."
        ),
    )


def _hands(channels: list[Channel]) -> tuple[str, ...]:
    """Say from where on somebody else typed: the device's own word, and the giver's signature."""
    return tuple(
        f"Shell {channel.key.rpartition('.')[2]}: from chunk {each.leaf} on "
        f"{str(each.told.get('technician'))[:80]} typed, to whom it was offered and granted; "
        "the device itself says so."
        for channel in channels
        for each in channel.handovers
    )


def _scans(channels: list[Channel]) -> tuple[str, ...]:
    """Say which files the device took, and what the scans were that it had checked before."""
    puts = [told for channel in channels for told in channel.puts]
    scans = [told["scan"] for told in puts if isinstance(told.get("scan"), dict)]
    if not scans:
        return ()
    engines = sorted({_scanner(scan) for scan in scans})
    return (
        (
            f"The device took {len(puts)} files, {len(scans)} of them with a scan it had checked: "
            f"{'; '.join(engines[:5])}. What the scanner found is the provider's word."
        ),
    )


def _scanner(scan: dict[str, Any]) -> str:
    words = (scan.get("engine"), scan.get("database"), scan.get("verdict"))
    plain = [str(word)[:60] for word in words if isinstance(word, str) and word.isprintable()]
    return " ".join(word for word in plain if word)


def _whole(found: Export, trusted: Trust, channels: list[Channel]) -> Verdict:
    chunks = sum(len(channel.leaves) for channel in channels)
    gaps = sum(channel.gaps for channel in channels)
    mark = sshsig.fingerprint(found.papers.device_key)
    serial = found.papers.contract.value["serial"]
    basis = f"{chunks} chunks, device key {mark}, contract {serial}."
    sentence = f"{WHOLE}: {basis}"
    if gaps:
        noun = "gap" if gaps == 1 else "gaps"
        sentence = f"Unaltered, complete except {gaps} {noun} the device itself declared: {basis}"
    numbers = [r.document.value["number"] for channel in channels for r in channel.receipts]
    details = (
        f"Every chunk agrees with receipts {min(numbers)} to {max(numbers)} of the device.",
        (
            f"Device statement and contract are signed with keys of {trusted.name} "
            f"(first keyset {trusted.fingerprint})."
        ),
        _tier(found, trusted),
        *_administrator(found),
        *_hands(channels),
        *_scans(channels),
        "Who watched, and when the link was lost, is the provider's word only.",
    )
    return Verdict(not gaps, 1 if gaps else 0, sentence, details, chunks, mark, serial)


def judge(data: bytes, trusted: Trust) -> Verdict:
    """Return the verdict on an export's bytes; never raises for what the file holds."""
    try:
        found = export.read(data)
        session = str(found.manifest["session"])
        channels = [judging.judge(each, found.papers, session) for each in found.channels]
        if not channels:
            msg = "The export holds no channel."
            raise Incomplete(msg)
        _manifest_agrees(found)
        _keysets_agree(found, trusted)
        documents.check(found.papers, trusted)
        return _whole(found, trusted, channels)
    except Failure as failure:
        return Verdict(whole=False, exit_code=failure.exit_code, sentence=failure.sentence)
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        sentence = f"A document in the export is not formed as it should be ({error!s:.80})."
        return Verdict(whole=False, exit_code=1, sentence=sentence)


def verify(data: bytes, trust_text: str) -> Verdict:
    """Return the verdict on an export under the customer's own trust file."""
    try:
        trusted = trust.read(trust_text)
    except Failure as failure:
        return Verdict(whole=False, exit_code=2, sentence=failure.sentence)
    except (KeyError, TypeError, ValueError, AttributeError):
        return Verdict(whole=False, exit_code=2, sentence="Your trust file cannot be read.")
    return judge(data, trusted)
