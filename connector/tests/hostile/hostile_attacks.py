"""Every attack of the hostile gateway, by name: what it sends and what came of it."""

from collections.abc import Awaitable, Callable
from dataclasses import replace
from typing import Any, Final

from hostile_gateway import CREDIT, HOUR, Gateway, now
from hostile_link import Closed

from reachback_wire.documents import (
    Contract,
    DeviceStatement,
    Envelope,
    Keyset,
    KeysetKey,
    Narrowing,
    seal,
)
from reachback_wire.frames import (
    Ack,
    Channels,
    Credit,
    Ctrl,
    Data,
    LinkAck,
    Nonces,
    Opened,
    Refused,
    Resume,
    ResumeEntry,
    Seek,
    Watch,
)
from reachback_wire.frames import Hello as HelloFrame
from reachback_wire.signing import PrivateKey

Outcome = dict[str, Any]
Attack = Callable[[Gateway], Awaitable[Outcome]]
MOST: Final = (1 << 62) - 1


# Grants and OPENs


async def replayed_open(g: Gateway) -> Outcome:
    """The same OPEN twice, byte for byte: its first bytes count how often a shell read them."""
    grant = g.grant()
    first = f"echo once >> {g.loot.canary}.count; echo rea''dy\n".encode()
    grant_envelope = g.seal(grant)
    wish = seal(g.wish(grant, first=first), g.loot.session)
    answer = await g.ask(grant_envelope, wish)
    await g.link.until(lambda: b"ready" in g.output.get(answer["ch"], b""))
    again = await g.ask(grant_envelope, wish, answer["ch"])
    return {**again, "same": again == answer}


async def replayed_counter(g: Gateway) -> Outcome:
    """A wish to open another channel under a counter that was spent."""
    grant = g.grant()
    envelope = g.seal(grant)
    spent = g.wish(grant, first=b"true\n")
    await g.ask(envelope, seal(spent, g.loot.session))
    return await g.ask(envelope, seal(g.wish(grant, counter=spent.counter), g.loot.session))


async def new_counter_old_signature(g: Gateway) -> Outcome:
    """A replayed OPEN with its counter raised, under the signature it had before."""
    grant = g.grant()
    wish = g.wish(grant)
    old = seal(wish, g.loot.session)
    raised = Envelope(replace(wish, counter=wish.counter + 1).to_body(), old.signatures)
    return await g.ask(g.seal(grant), raised)


async def spent_grant(g: Gateway) -> Outcome:
    """A grant for one use, used again with a new counter."""
    grant = g.grant(uses=1)
    envelope = g.seal(grant)
    await g.ask(envelope, seal(g.wish(grant, first=b"true\n"), g.loot.session))
    return await g.ask(envelope, seal(g.wish(grant), g.loot.session))


async def bound_nonce(g: Gateway) -> Outcome:
    """A second grant on the nonce that the first one bound."""
    first = g.grant()
    await g.ask(g.seal(first), seal(g.wish(first, first=b"true\n"), g.loot.session))
    return await g.open(nonce=first.nonce)


async def same_name_other_grant(g: Gateway) -> Outcome:
    """Another grant under the name of a spent one."""
    first = g.grant()
    await g.ask(g.seal(first), seal(g.wish(first, first=b"true\n"), g.loot.session))
    return await g.open(id=first.id)


async def other_session_key(g: Gateway) -> Outcome:
    """An OPEN signed by a key the grant does not name."""
    grant = g.grant()
    return await g.ask(g.seal(grant), seal(g.wish(grant), g.loot.own))


async def open_of_another_grant(g: Gateway) -> Outcome:
    """A good OPEN for one grant, shown with another."""
    one, other = g.grant(), g.grant()
    return await g.ask(g.seal(one), seal(g.wish(other), g.loot.session))


async def self_made_grant(g: Gateway) -> Outcome:
    """A grant signed by a key the contract does not name."""
    grant = g.grant()
    return await g.ask(seal(grant, g.loot.own), seal(g.wish(grant), g.loot.session))


async def unsigned_grant(g: Gateway) -> Outcome:
    grant = g.grant()
    bare = Envelope(grant.to_body(), ())
    return await g.ask(bare, seal(g.wish(grant), g.loot.session))


def asking(**parameters: Any) -> Attack:
    """A shell with other parameters than the contract's."""

    async def attack(g: Gateway) -> Outcome:
        grant = g.grant()
        wish = g.wish(grant, parameters=g.shell(**parameters))
        return await g.ask(g.seal(grant), seal(wish, g.loot.session))

    return attack


def wishing(kind: str, parameters: dict[str, Any]) -> Attack:
    """Another kind of channel than the contract's."""

    async def attack(g: Gateway) -> Outcome:
        grant = g.grant()
        wish = g.wish(grant, kind=kind, parameters=parameters)
        return await g.ask(g.seal(grant), seal(wish, g.loot.session))

    return attack


_SCRIPT: dict[str, Any] = {
    "run_as": "daemon",
    "script": "sha256:" + "0" * 64,
    "size": 1,
    "interpreter": "sh",
    "arguments": [],
    "time_limit": 1,
    "output_limit": 1,
}


def granting(**changes: Any) -> Attack:
    """A grant changed as told."""

    async def attack(g: Gateway) -> Outcome:
        return await g.open(**changes)

    return attack


async def expired_grant(g: Gateway) -> Outcome:
    return await g.open(issued=now() - 2 * HOUR, expires=now() - HOUR)


async def endless_grant(g: Gateway) -> Outcome:
    return await g.open(expires=now() + 13 * HOUR)


async def older_contract(g: Gateway) -> Outcome:
    return await g.open(contract=g.loot.documents["older"].digest)


def opening(value: dict[str, Any], ch: int = 0) -> Attack:
    """An OPEN whose JSON is not two envelopes, or on a channel nobody may have."""

    async def attack(g: Gateway) -> Outcome:
        return await g.ask_value(value, ch)

    return attack


async def reserved_channel(g: Gateway) -> Outcome:
    """A good OPEN on the control channel."""
    grant = g.grant()
    value = {"grant": g.seal(grant), "open": seal(g.wish(grant), g.loot.session)}
    return await g.ask_value({k: v.to_json() for k, v in value.items()}, 1)


async def typing_without_open(g: Gateway) -> Outcome:
    """Keystrokes for a channel that was never opened."""
    g.link.unit(Data(900, f"touch {g.loot.canary}\n".encode()))
    return {"word": "ignored" if await g.link.answers() else "closed"}


# Documents


def publishing(make: Callable[[Gateway], Envelope]) -> Attack:
    """A document the customer never signed, or one that time has passed by."""

    async def attack(g: Gateway) -> Outcome:
        g.opens += 1
        name = f"attack-{g.opens}"
        g.document(make(g), name=name)
        report = await g.reported(name)
        return {"word": report["kind"], **report}

    return attack


def stored(name: str) -> Attack:
    return publishing(lambda g: g.loot.documents[name])


def forged_keyset(g: Gateway) -> Envelope:
    before = Keyset.parse(g.loot.documents["keyset"].body)
    mine = KeysetKey(g.loot.own.public_line, "Chen Wei", ("sign", "revoke", "recover"))
    digest = g.loot.documents["keyset"].digest
    wanted = replace(before, serial=before.serial + 1, previous=digest, keys=(mine,))
    return seal(wanted, g.loot.own, g.loot.grant_key)


def self_made_contract(g: Gateway) -> Envelope:
    before = Contract.parse(g.loot.documents["contract"].body)
    return seal(replace(before, serial=before.serial + 1), g.loot.own, g.loot.grant_key)


def retagged_statement(g: Gateway) -> Envelope:
    before = DeviceStatement.parse(g.loot.documents["statement"].body)
    tags = (*before.tags, "servers")
    return seal(replace(before, serial=before.serial + 1, tags=tags), g.loot.grant_key)


def altered_contract(g: Gateway) -> Envelope:
    """The newest contract with its serial raised, under the customer's old signature."""
    before = g.loot.documents["contract"]
    raised = replace(Contract.parse(before.body), serial=77)
    return Envelope(raised.to_body(), before.signatures)


def contract_signed_as_grant(g: Gateway) -> Envelope:
    """The customer's signature of another kind of document over a contract's number."""
    statement = g.loot.documents["statement"]
    return Envelope(g.loot.documents["contract"].body + " ", statement.signatures)


def lifting(author: str) -> Callable[[Gateway], Envelope]:
    def made(g: Gateway) -> Envelope:
        before = Narrowing.parse(g.loot.documents["revocation"].body)
        lifted = replace(before, author=author, serial=before.serial + 1, lifted=True)  # type: ignore[arg-type]
        return seal(lifted, g.loot.grant_key)

    return made


def control_unit(body: bytes, kind: int = 32) -> Attack:
    """A unit of the control channel that is no document at all."""

    async def attack(g: Gateway) -> Outcome:
        g.link.unit(Ctrl(1, kind, body))
        try:
            alive = await g.link.answers()
        except Closed:
            alive = False
        return {"word": "ignored" if alive else "closed"}

    return attack


# Frames


def sending(*data: bytes) -> Attack:
    """Bytes the protocol does not have: whether the device closes the link or goes on."""

    async def attack(g: Gateway) -> Outcome:
        for part in data:
            g.link.raw(part)
        return {"word": "ignored" if await g.link.answers() else "closed"}

    return attack


def framing(*frames: Any) -> Attack:
    """Well-formed frames that no front sends."""

    async def attack(g: Gateway) -> Outcome:
        g.link.send(*frames)
        return {"word": "ignored" if await g.link.answers() else "closed"}

    return attack


def in_session(abuse: Callable[[Gateway, int], None]) -> Attack:
    """Open a good shell, abuse its channel, come back if need be, and use the shell again."""

    async def attack(g: Gateway) -> Outcome:
        opened = await g.honest("echo op''en\n", "open")
        ch = opened["ch"]
        abuse(g, ch)
        word = "ignored" if await g.link.answers() else "closed"
        await g.back()
        living = {state["ch"] for state in g.channels}
        if word == "closed" and ch not in living:
            return {"word": "lost"}
        if ch not in g.link.offsets:
            g.link.offsets[ch] = 0
            g.link.send(Seek(ch, 0))
        g.link.unit(Data(ch, b"echo aft''er\n"))
        await g.link.until(lambda: b"after" in g.output.get(ch, b""))
        return {"word": word}

    return attack


def _beyond_credit(g: Gateway, ch: int) -> None:
    g.link.send(Seek(ch, 1 << 40), Data(ch, f"touch {g.loot.canary}\n".encode()))


def _beyond_names(g: Gateway, ch: int) -> None:
    g.link.send(Seek(ch, MOST), Data(ch, b"x" * 9))


def _resume_nonsense(g: Gateway, ch: int) -> None:
    g.link.send(Resume((ResumeEntry(ch, MOST, MOST), ResumeEntry(ch, 0, CREDIT))))
    at = g.units_end.get(ch, 0)
    g.link.send(Resume((ResumeEntry(ch, at, at + CREDIT),)))


ATTACKS: Final[dict[str, Attack]] = {
    "replayed-open": replayed_open,
    "replayed-counter": replayed_counter,
    "new-counter-old-signature": new_counter_old_signature,
    "spent-grant": spent_grant,
    "bound-nonce": bound_nonce,
    "same-name-other-grant": same_name_other_grant,
    "invented-nonce": granting(nonce="0" * 32),
    "other-session-key": other_session_key,
    "open-of-another-grant": open_of_another_grant,
    "self-made-grant": self_made_grant,
    "unsigned-grant": unsigned_grant,
    "wider-grant": granting(capabilities=("shell.user", "shell.admin")),
    "other-capability": granting(capabilities=("reboot",)),
    "expired-grant": expired_grant,
    "endless-grant": endless_grant,
    "older-contract": older_contract,
    "unknown-contract": granting(contract="sha256:" + "0" * 64),
    "other-device": granting(device=PrivateKey.generate().public_line),
    "other-organisation": granting(organisation="wynn"),
    "as-root": asking(run_as="daemon"),
    "flag-as-user": asking(run_as="-c id"),
    "huge-screen": asking(columns=100_000),
    "a-file": wishing("files", {"operation": "read", "path": "/etc/shadow"}),
    "a-climbing-file": wishing("files", {"operation": "read", "path": "/srv/../etc/shadow"}),
    "a-tunnel": wishing("tunnel", {"target": "10.0.0.1:22"}),
    "a-metadata-tunnel": wishing("tunnel", {"target": "169.254.169.254:80"}),
    "a-loopback-tunnel": wishing("tunnel", {"target": "127.0.0.1:22"}),
    "a-udp-tunnel": wishing("tunnel", {"target": "udp:10.0.0.1:53"}),
    "a-script": wishing("exec", _SCRIPT),
    "no-envelopes": opening({}),
    "lists-for-envelopes": opening({"grant": [], "open": []}),
    "nested-envelopes": opening({"grant": "[" * 9_000, "open": "{}"}),
    "reserved-channel": reserved_channel,
    "typing-without-open": typing_without_open,
    "usual": granting(),
    # documents
    "keyset-rollback": stored("first-keyset"),
    "forged-keyset": publishing(forged_keyset),
    "contract-rollback": stored("older"),
    "self-made-contract": publishing(self_made_contract),
    "altered-contract": publishing(altered_contract),
    "another-documents-signature": publishing(contract_signed_as_grant),
    "statement-of-another-device": stored("other-statement"),
    "retagged-statement": publishing(retagged_statement),
    "statement-rollback": stored("older-statement"),
    "lift-as-customer": publishing(lifting("customer")),
    "lift-as-device": publishing(lifting("device")),
    "lift-as-provider": publishing(lifting("provider")),
    "document-not-json": control_unit(b"\xff\xfe"),
    "document-nested": control_unit(b"[" * 60_000),
    "document-half-character": control_unit(b'{"id":"\\ud800","body":"\\ud800"}'),
    "document-names-arguments": control_unit(b'{"id":"x","self":1,"do":"lift"}'),
    "document-lifts": control_unit(b'{"do":"lift","reason":"please"}'),
    "cut-nonsense": control_unit(b'{"channel":{"a":1},"code":7,"sentence":[]}', 34),
    "unknown-control": control_unit(b"{}", 4_000),
    # frames
    "unknown-frame": sending(b"\x42\x01\x00"),
    "ignorable-frame": sending(b"\xc2\x01\x00"),
    "truncated-frame": sending(b"\x0b\x3f\x10abc", bytes(59) + b"\x42\x01\x00"),
    "oversize-frame": sending(b"\x0b\x80\x02\x00\x00" + bytes(64)),
    "oversize-message": sending(b"\x0b\x80\x01\x00\x00" + bytes(400_000)),
    "welcome-not-json": sending(b"\x03\x03{x}"),
    "challenge-not-object": sending(b"\x01\x02[]"),
    "bye-number": sending(b"\x14\x011"),
    "number-cut-short": sending(b"\x07\x02\x10\xc0"),
    "bytes-after-numbers": sending(b"\x07\x03\x10\x05\x05"),
    "empty-data": sending(b"\x0b\x01\x10"),
    "gap-too-short": sending(b"\x0d\x02\x10\x05"),
    "ping-too-short": sending(b"\x12\x02ab"),
    "open-without-json": sending(b"\x08\x01\x10"),
    "linkack-beyond": framing(LinkAck(MOST, 0)),
    "hello-from-front": framing(HelloFrame({"body": "", "signature": ""})),
    "nonces-from-front": framing(Nonces((bytes(16),))),
    "channels-from-front": framing(Channels([])),
    "opened-from-front": framing(Opened(900, {"key": "s1.1"})),
    "refused-from-front": framing(Refused(900, {"code": "x"})),
    "watch-to-device": framing(Watch(900, {"recording": "s1.1"})),
    "credit-of-nobody": framing(Credit(900, MOST), Ack(900, MOST), Seek(900, MOST)),
    # a living session
    "input-beyond-credit": in_session(_beyond_credit),
    "input-beyond-names": in_session(_beyond_names),
    "ack-beyond-end": in_session(lambda g, ch: g.link.send(Ack(ch, MOST))),
    "ack-control-beyond-end": in_session(lambda g, _ch: g.link.send(Ack(1, MOST))),
    "resume-nonsense": in_session(_resume_nonsense),
    "second-welcome": in_session(lambda g, _ch: g.link.raw(b"\x03\x02{}")),
}
