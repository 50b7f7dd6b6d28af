"""OPEN on the device: verified here, written down, then acted upon, in this order."""

from __future__ import annotations

import hashlib
import logging
import secrets
from dataclasses import dataclass
from typing import Any, Final

from reachback_connector.errors import ConnectorError, StateError
from reachback_connector.helper import handing
from reachback_connector.helper.channels import ChannelBook, ChannelRecord
from reachback_connector.helper.files import files_user, globs_of
from reachback_connector.helper.kinds import KINDS
from reachback_connector.helper.vault import Vault
from reachback_connector.holder.birth import fork_holder
from reachback_connector.holder.plan import Begin, HolderPlan
from reachback_connector.layout import Layout
from reachback_connector.platform.port import Platform
from reachback_wire.admission import Admission, Gate, admit
from reachback_wire.decisions import Decision
from reachback_wire.documents import Envelope, Grant, Open
from reachback_wire.handing import ATTACH, Tenure
from reachback_wire.leaves import LeafChain, leaf_hash
from reachback_wire.refusals import Refusal
from reachback_wire.requests import Request
from reachback_wire.scans import demanded

_FIRST_SESSION_CHANNEL: Final = 16
_DENIALS_AN_HOUR: Final = 120
_log = logging.getLogger("reachback.helper")


@dataclass(slots=True)
class Opening:
    """Admits OPENs and starts what they ask for. `allowed` may use the holders' sockets."""

    layout: Layout
    platform: Platform
    vault: Vault
    channels: ChannelBook
    allowed: frozenset[int]
    owner: int
    denials: int = 0
    denials_since: int = 0

    def open(self, request: dict[str, Any], *, hold: str, revoked: bool) -> dict[str, Any]:
        """`{answer: "opened"|"refused", ch, value}`; the value is that of OPENED or REFUSED."""
        ch = int(request["ch"])
        try:
            grant, wish = (Envelope.from_json(request.get(name)) for name in ("grant", "open"))
            asked = {"grant": request.get("grant"), "open": request.get("open")}
            return self._admitted(ch, self._admit(grant, wish, hold, revoked=revoked), asked)
        except Refusal as refusal:
            value: dict[str, Any] = {**refusal.to_value(), "by": "device", "data": {}}
            value["receipt"] = self._testify_denial(request, refusal)
            return {"answer": "refused", "ch": ch, "value": value}

    def judge_again(self, request: dict[str, Any], *, hold: str, revoked: bool) -> Decision:
        """Judge an OPEN that was spent before by what is in force at this moment. Refusal."""
        grant, wish = (Envelope.from_json(request.get(name)) for name in ("grant", "open"))
        decision = self._admit(grant, wish, hold, revoked=revoked, spent=True).decision
        if decision is None:
            raise Refusal("replayed", "Nothing is left to judge.")
        return decision

    def _admit(
        self, grant: Envelope, wish: Envelope, hold: str, *, revoked: bool, spent: bool = False
    ) -> Admission:
        vault = self.vault
        if revoked:
            raise Refusal("revoked", "Somebody at the device has revoked all access.")
        if vault.trust is None:
            raise Refusal("unpinned", "The customer's keys are not known here yet: health only.")
        gate = Gate(
            trust=vault.trust,
            clock=vault.clock(),
            nonces=None if spent else vault.nonces,
            ledger=None if spent else vault.spending.ledger,
            steady=vault.steady(),
            hold=hold,
        )
        return admit(grant, wish, gate)

    def _admitted(self, ch: int, admission: Admission, asked: dict[str, Any]) -> dict[str, Any]:
        if admission.decision is None:
            return dict(admission.standing.answer or {})
        if admission.wish.kind == ATTACH:
            return self._attached(ch, admission, admission.decision)
        prepare = KINDS.get(admission.wish.kind)
        if prepare is None:
            raise Refusal("unknown-kind", f"This connector has no {admission.wish.kind} yet.")
        if ch < _FIRST_SESSION_CHANNEL or any(r.ch == ch for r in self.channels.living()):
            raise Refusal("malformed", "The channel number is taken or reserved.")
        if self.channels.get(admission.wish.channel) is not None:
            raise Refusal("replayed", "The channel's key is in use.")
        begin = prepare(admission.wish, self.platform)
        self._spend(admission)
        try:
            answer = self._start(ch, admission, admission.decision, begin, asked)
        except ConnectorError as error:
            refusal = Refusal("unknown", error.sentence)
            answer = {"answer": "refused", "ch": ch, "value": {**refusal.to_value(), "data": {}}}
        self._keep(admission, answer)
        return answer

    def _keep(self, admission: Admission, answer: dict[str, Any]) -> None:
        try:
            self.vault.spending.finish(admission, answer)
        except StateError as error:
            _log.warning("The answer to a repeat is not kept: %s", error.sentence)

    def _attached(self, ch: int, admission: Admission, decision: Decision) -> dict[str, Any]:
        """A living shell changes hands; what is asked twice is answered as before."""
        record = handing.living(self.channels, ch, admission, self.vault.clock())
        self._spend(admission)
        answer: dict[str, Any]
        try:
            value = handing.attach(self.channels, record, admission, decision)
            answer = {"answer": "opened", "ch": ch, "value": value}
            _log.info("Session %s is in other hands: %s", record.key, decision.sentence)
        except Refusal as refusal:
            answer = {"answer": "refused", "ch": ch, "value": {**refusal.to_value(), "data": {}}}
        self._keep(admission, answer)
        return answer

    def _spend(self, admission: Admission) -> None:
        """Durable before anything is done; a disk that is full opens nothing."""
        try:
            self.vault.spending.begin(admission)
        except StateError as error:
            raise Refusal("unknown", f"Nothing was started: {error.sentence}") from error

    def _start(
        self,
        ch: int,
        admission: Admission,
        decision: Decision,
        begin: Begin,
        asked: dict[str, Any],
    ) -> dict[str, Any]:
        wish, grant = admission.wish, admission.grant
        expires = min(decision.expires or grant.expires, grant.expires)
        contract = self.vault.trust.contract if self.vault.trust else None
        user = files_user(contract, self.owner)
        plan = HolderPlan(
            key=wish.channel,
            kind=wish.kind,
            begin=begin,
            first=wish.first,
            facts=self._facts(admission, user),
            on_cut=decision.on_cut,
            expires=expires,
            socket=self.layout.holder_socket(wish.channel),
            spool=self.layout.spool(wish.channel),
            helper_socket=self.layout.helper_socket,
            allowed=self.allowed,
            owner=self.owner,
            recording=decision.recording,
            limits=globs_of(contract, decision.clause, Request.of(wish).capability),
            user=user,
            scan=demanded(contract, decision.clause, self.vault.public_line),
            asked=asked,
        )
        pid = fork_holder(plan, self.platform, self.vault.forget)
        self.channels.add(self._record(ch, pid, admission, decision, expires))
        _log.info("Session %s: %s", wish.channel, decision.sentence)
        value = {
            "key": wish.channel,
            "kind": wish.kind,
            "sentence": decision.sentence,
            "clause": decision.clause,
            "on_cut": decision.on_cut,
            "expires": expires,
            "recording": decision.recording,
        }
        return {"answer": "opened", "ch": ch, "value": value}

    def _facts(self, admission: Admission, user: str) -> dict[str, Any]:
        wish, grant = admission.wish, admission.grant
        return {
            "key": wish.channel,
            "kind": wish.kind,
            "parameters": dict(wish.parameters),
            "contract": grant.contract,
            "grant": admission.grant_digest,
            "run_as": user if wish.kind == "files" else str(wish.parameters.get("run_as", "")),
            "device": self.vault.public_line,
        }

    def _record(
        self, ch: int, pid: int, admission: Admission, decision: Decision, expires: int
    ) -> ChannelRecord:
        wish, grant = admission.wish, admission.grant
        return ChannelRecord(
            key=wish.channel,
            ch=ch,
            kind=wish.kind,
            session=grant.session,
            capability=Request.of(wish).capability,
            contract=grant.contract,
            grant=admission.grant_digest,
            on_cut=decision.on_cut,
            expires=expires,
            pid=pid,
            started=self.platform.process_started(pid) or 0,
            granted=tuple(grant.capabilities),
            tenure=Tenure.of(grant, wish).to_json() if wish.kind == "shell" else None,
        )

    def _testify_denial(self, request: dict[str, Any], refusal: Refusal) -> dict[str, Any] | None:
        """A refusal is testified by a receipt of its own, unless somebody floods us with them."""
        trust, now = self.vault.trust, self.vault.now()
        if now - self.denials_since > 3_600_000:
            self.denials_since, self.denials = now, 0
        self.denials += 1
        if trust is None or not trust.contract_digest or self.denials > _DENIALS_AN_HOUR:
            return None
        try:
            envelopes = [Envelope.from_json(request.get(name)) for name in ("grant", "open")]
            grant, wish = Grant.parse(envelopes[0].body), Open.parse(envelopes[1].body)
            return self._denial(trust.contract_digest, envelopes, grant, wish, refusal)
        except (Refusal, StateError):
            return None  # not even readable, or no room: the report says so, no receipt can

    def _denial(
        self,
        contract: str,
        envelopes: list[Envelope],
        grant: Grant,
        wish: Open,
        refusal: Refusal,
    ) -> dict[str, Any]:
        digest = hashlib.sha256(envelopes[1].body.encode()).hexdigest()
        channel = f"denied-{digest[:24]}"
        chain = LeafChain(channel)
        payload = f'{{"code":"{refusal.code}","request":"sha256:{digest}"}}'.encode()
        chain.add(leaf_hash(b"d", self.vault.now(), secrets.token_bytes(16), payload))
        return self.vault.sign_receipt(
            session=grant.session,
            channel=channel,
            event="end",
            contract=contract,
            grant=envelopes[0].digest,
            leaves=1,
            head=chain.head.hex(),
            offset=1,
            note=f"refused {wish.kind}: {refusal.code}",
        )
