"""What the helper does when it is asked. It believes neither control process nor front."""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

from reachback_connector import __version__, identity, unix
from reachback_connector.errors import HelperRefused
from reachback_connector.helper.channels import ChannelBook, ChannelRecord
from reachback_connector.helper.opening import Opening
from reachback_connector.helper.vault import Vault
from reachback_connector.holder.restart import REBOOTING, SENTENCE
from reachback_connector.layout import Layout
from reachback_connector.platform.port import Platform
from reachback_wire.documents import Envelope, Hello, Narrowing, seal
from reachback_wire.refusals import Refusal

_EVENTS: Final = ("start", "progress", "end")
_DOCUMENT_LIMIT: Final = 300_000
_log = logging.getLogger("reachback.helper")
Handler = Callable[["Desk", unix.Peer, dict[str, Any]], dict[str, Any]]


@dataclass(slots=True)
class Desk:
    """One helper's answers. `owner` is the control process's user, who may use holder sockets."""

    layout: Layout
    platform: Platform
    vault: Vault
    channels: ChannelBook
    opening: Opening
    hold: str = "none"
    stopping: bool = False
    restarting: bool = False

    def answer(self, peer: unix.Peer, request: dict[str, Any]) -> dict[str, Any]:
        """Dispatch one request. Raises ConnectorError with the sentence to answer."""
        handler = _HANDLERS.get(str(request.get("do", "")))
        if handler is None:
            raise HelperRefused("unknown", "The helper does not know this request.")
        try:
            return handler(self, peer, request)
        except Refusal as refusal:
            raise HelperRefused(refusal.code, refusal.sentence) from refusal

    def tick(self) -> None:
        """Every 2 s: collect the dead, look for the kill switch, cut what is no longer allowed."""
        self.channels.reap()
        living = list(self.channels.living())
        if living and self.layout.revoked.exists():
            for record in living:
                self.channels.cut(record, "revoked", "Somebody at the device has revoked access.")

    # Link

    def hello(self, _peer: unix.Peer, request: dict[str, Any]) -> dict[str, Any]:
        """Sign HELLO over the front's nonce."""
        vault = self.vault
        if vault.key is None:
            raise HelperRefused("not-enrolled", "This device is not enrolled yet.")
        self.vault.hear_gateway(_instant(request.get("time")))
        trust = vault.trust
        hello = Hello(
            role="device",
            key=vault.public_line,
            nonce=str(request["nonce"])[:200],
            node=str(request["node"])[:200],
            issued=vault.now(),
            instance=identity.instance_id(self.layout, self.platform.machine_id()),
            boot=self.platform.boot_id(),
            counter=vault.next_counter(),
            contract=trust.contract_digest if trust else "",
            keyset=trust.keyset.serial if trust and trust.keyset else 0,
            statement=trust.statement.serial if trust and trust.statement else 0,
            receipt_number=vault.book.number,
            receipt_head=vault.book.head,
            floor=vault.floor,
        )
        return {"hello": seal(hello, vault.key).to_hello_json()}

    def welcome(self, _peer: unix.Peer, request: dict[str, Any]) -> dict[str, Any]:
        """The front has admitted us, perhaps held to health."""
        self.hold = "health" if request.get("hold") != "none" else "none"
        self.vault.hear_gateway(_instant(request.get("time")))
        return {"nonces": self.vault.issue_nonces()}

    def nonces(self, _peer: unix.Peer, _request: dict[str, Any]) -> dict[str, Any]:
        return {"nonces": self.vault.issue_nonces()}

    def live(self, _peer: unix.Peer, _request: dict[str, Any]) -> dict[str, Any]:
        """Every live session channel."""
        records = self.channels.living()
        return {"channels": [{"key": item.key, "ch": item.ch} for item in records]}

    def open(self, _peer: unix.Peer, request: dict[str, Any]) -> dict[str, Any]:
        """Admit or refuse an OPEN, and act on it."""
        revoked = self.layout.revoked.exists()
        return self.opening.open(request, hold=self.hold, revoked=revoked)

    # Documents

    def document(self, _peer: unix.Peer, request: dict[str, Any]) -> dict[str, Any]:
        """Take a document in; whatever lives is judged again by what is now in force."""
        report: dict[str, Any] = {"document": str(request.get("id", ""))[:100]}
        try:
            report |= {"kind": "accepted", **self._accept(request)}
        except Refusal as refusal:
            report |= {"kind": "refused", "code": refusal.code, "sentence": refusal.sentence}
            _log.warning("A document was refused: %s", refusal.sentence)
        except HelperRefused as refusal:
            report |= {"kind": "refused", "code": refusal.code, "sentence": refusal.sentence}
        return {"report": report}

    def _accept(self, request: dict[str, Any]) -> dict[str, Any]:
        trust = self.vault.trust
        if trust is None:
            raise HelperRefused("unpinned", "This device does not know its customer's keys.")
        members = {"body": request.get("body"), "signatures": request.get("signatures")}
        envelope = Envelope.from_json(members)
        if len(envelope.body) > _DOCUMENT_LIMIT:
            raise Refusal("malformed", "The document is too large.")
        accepted = trust.accept(envelope)
        cut: list[str] = []
        if accepted.new:
            self.vault.save_trust()
            cut = self._judge_again()
        _log.info("%s %s accepted.", accepted.kind, accepted.digest[:23])
        return {"type": accepted.kind, "digest": accepted.digest, "cut": cut}

    def _judge_again(self) -> list[str]:
        """Cut live channels that the documents now in force would not allow."""
        trust = self.vault.trust
        cut = []
        for record in self.channels.living():
            refusal = None
            if trust is None or trust.contract_digest != record.contract:
                refusal = ("contract-superseded", "The customer has signed another contract.")
            elif (found := self._narrowed(record)) is not None:
                refusal = found
            if refusal is not None and self.channels.cut(record, *refusal):
                cut.append(record.key)
        return cut

    def _narrowed(self, record: ChannelRecord) -> tuple[str, str] | None:
        trust = self.vault.trust
        if trust is None:
            return None
        for item in trust.narrowings:
            if item.covers(trust.device) and (
                item.effect == "revoke-all" or record.taken_by(item.capabilities)
            ):
                code = "revoked" if item.effect == "revoke-all" else "narrowed"
                reason = f": {item.reason[:200]}" if item.reason else "."
                return code, f"The {item.author} has taken this access away{reason}"
        return None

    def cut(self, _peer: unix.Peer, request: dict[str, Any]) -> dict[str, Any]:
        """The front cuts one channel, or all of them. Taking away needs no proof."""
        wanted = str(request.get("channel", ""))
        code, sentence = (
            str(request.get("code", "cut"))[:64],
            str(request.get("sentence", ""))[:500],
        )
        cut = [
            record.key
            for record in self.channels.living()
            if wanted in {"*", record.key} and self.channels.cut(record, code, sentence)
        ]
        return {"report": {"kind": "cut", "cut": str(request.get("id", ""))[:100], "channels": cut}}

    # Restarting the device

    def restart(self, peer: unix.Peer, request: dict[str, Any]) -> dict[str, Any]:
        """The moment of a restart: judged again; then every other channel is told to end."""
        record = self._own_record(peer, request)
        if record.kind != "reboot":
            raise HelperRefused("unknown", "Only a restart's own process may ask for it.")
        revoked = self.layout.revoked.exists()
        decision = self.opening.judge_again(request, hold=self.hold, revoked=revoked)
        _log.warning("The device is being restarted: %s", decision.sentence)
        self.restarting = True
        return {"restarting": True, "cut": self._end_for_restart(record.key)}

    def farewell(self, _peer: unix.Peer, _request: dict[str, Any]) -> dict[str, Any]:
        """Control was told to stop. When the device goes down, channels end while it still can."""
        if not (self.restarting or self.platform.going_down()):
            return {"restarting": False, "boot": "", "cut": []}
        cut = [] if self.restarting else self._end_for_restart("")
        self.restarting = True
        return {"restarting": True, "boot": self.platform.boot_id(), "cut": cut}

    def _end_for_restart(self, but: str) -> list[str]:
        living = [record for record in self.channels.living() if record.key != but]
        return [r.key for r in living if self.channels.cut(r, REBOOTING, SENTENCE)]

    def _own_record(self, peer: unix.Peer, request: dict[str, Any]) -> ChannelRecord:
        """The channel whose process asks, and nobody who merely says it is."""
        record = self.channels.get(str(request["key"]))
        if record is None or record.pid != peer.pid or not self.channels.lives(record):
            raise HelperRefused("unknown", "Only the session's own process may ask for this.")
        return record

    # The device's own kill switch

    def revoke(self, _peer: unix.Peer, request: dict[str, Any]) -> dict[str, Any]:
        """Nothing but health from now on; live sessions are cut first, then it is written down."""
        reason = str(request.get("reason", ""))[:500]
        sentence = "Somebody at the device has revoked all access."
        cut = [r.key for r in self.channels.living() if self.channels.cut(r, "revoked", sentence)]
        self.layout.revoked.touch(mode=0o644)
        envelope = self._narrow(reason, lifted=False)
        report = {"kind": "revoked", "reason": reason, "cut": cut, "narrowing": envelope}
        return {"report": report}

    def lift(self, _peer: unix.Peer, request: dict[str, Any]) -> dict[str, Any]:
        """Undo the device's own revocation, and nobody else's."""
        envelope = self._narrow(str(request.get("reason", ""))[:500], lifted=True)
        self.layout.revoked.unlink(missing_ok=True)
        return {"report": {"kind": "revoked", "lifted": True, "narrowing": envelope}}

    def _narrow(self, reason: str, *, lifted: bool) -> dict[str, Any] | None:
        vault = self.vault
        trust = vault.trust
        if vault.key is None or trust is None or trust.keyset is None:
            return None
        narrowing = Narrowing(
            organisation=trust.keyset.organisation,
            author="device",
            id="kill-switch",
            serial=vault.last_own_narrowing + 1,
            contract=trust.contract_digest,
            devices=(vault.public_line,),
            effect="revoke-all",
            reason=reason,
            issued=vault.now(),
            lifted=lifted,
        )
        envelope = seal(narrowing, vault.key)
        trust.accept(envelope)
        vault.save_trust()
        return envelope.to_json()

    # Testimony

    def receipt(self, peer: unix.Peer, request: dict[str, Any]) -> dict[str, Any]:
        """Sign a receipt for a holder, and for nobody who merely says it is one."""
        record = self._own_record(peer, request)
        event = str(request["event"])
        if event not in _EVENTS:
            raise HelperRefused("malformed", "A receipt is for start, progress or end.")
        grant = str(request.get("grant") or record.grant)
        if grant not in {record.grant, *record.grants}:
            raise HelperRefused("malformed", "The session was never held under that grant.")
        envelope = self.vault.sign_receipt(
            session=record.session,
            channel=record.key,
            event=event,
            contract=record.contract,
            grant=grant,
            leaves=int(request["leaves"]),
            head=str(request["head"]),
            offset=int(request["offset"]),
            note=str(request.get("note", ""))[:200],
        )
        return {"receipt": envelope}

    def receipts(self, _peer: unix.Peer, _request: dict[str, Any]) -> dict[str, Any]:
        return {"receipts": list(self.vault.receipts()), "key": self.vault.public_line}

    def status(self, _peer: unix.Peer, _request: dict[str, Any]) -> dict[str, Any]:
        """What `reachback-connector status` shows."""
        vault, trust = self.vault, self.vault.trust
        statement = trust.statement if trust else None
        contract = trust.contract if trust else None
        return {
            "version": __version__,
            "enrolled": vault.key is not None,
            "fingerprint": vault.key.fingerprint if vault.key else "",
            "name": statement.name if statement else "",
            "site": statement.site if statement else "",
            "pinned": statement is not None,
            "contract": contract.title if contract else "",
            "contract_expires": contract.expires if contract else 0,
            "revoked": self.layout.revoked.exists(),
            "narrowings": [n.author for n in trust.narrowings] if trust else [],
            "hold": self.hold,
            "sessions": [item.key for item in self.channels.living()],
            "receipts": vault.book.number,
            "floor": vault.floor,
        }

    def stop(self, _peer: unix.Peer, _request: dict[str, Any]) -> dict[str, Any]:
        """End the helper; sessions end with it only when they were asked to."""
        self.stopping = True
        return {"stopping": True}


def _instant(value: object) -> int:
    return value if isinstance(value, int) and 0 <= value < 1 << 53 else 0


_HANDLERS: Final[dict[str, Handler]] = {
    "hello": Desk.hello,
    "welcome": Desk.welcome,
    "nonces": Desk.nonces,
    "channels": Desk.live,
    "open": Desk.open,
    "document": Desk.document,
    "cut": Desk.cut,
    "revoke": Desk.revoke,
    "lift": Desk.lift,
    "restart": Desk.restart,
    "farewell": Desk.farewell,
    "receipt": Desk.receipt,
    "receipts": Desk.receipts,
    "status": Desk.status,
    "stop": Desk.stop,
}
