"""The front's own decision before an OPEN is forwarded: the same `admit` the device runs."""

from collections.abc import Iterable
from functools import lru_cache

from reachback_gateway.links.session import Seat
from reachback_gateway.ports import Json
from reachback_wire.admission import Admission, Gate, admit
from reachback_wire.documents import DeviceStatement, Envelope, keyset_fingerprint
from reachback_wire.refusals import Refusal
from reachback_wire.requests import Clock
from reachback_wire.trust import CustomerTrust


def _documents(value: object) -> Iterable[object]:
    return value if isinstance(value, list) else [value] if value else []


def trust_of(redeemed: Json) -> CustomerTrust:
    """Build the customer's trust from what redeem answered; raises Refusal.

    The front takes the first keyset on the web process's word: it guards against mistakes and a
    stolen browser, while the device's own copy guards against the web process.
    """
    keysets = [Envelope.from_json(item) for item in _documents(redeemed.get("keyset"))]
    if not keysets:
        raise Refusal("unpinned", "The customer's keys are not known here.")
    statements = [Envelope.from_json(item) for item in _documents(redeemed.get("statement"))]
    if not statements:
        raise Refusal("statement-missing", "The customer has not vouched for this device yet.")
    rest = [*_documents(redeemed.get("contract")), *_documents(redeemed.get("narrowings"))]
    return _trust(tuple(keysets), tuple(statements), tuple(map(Envelope.from_json, rest)))


@lru_cache(maxsize=128)
def _trust(
    keysets: tuple[Envelope, ...], statements: tuple[Envelope, ...], rest: tuple[Envelope, ...]
) -> CustomerTrust:
    """Accept these very documents, once; `admit` reads the trust and changes nothing in it."""
    device = DeviceStatement.parse(statements[-1].body).key
    trust = CustomerTrust(keyset_fingerprint(keysets[0].body), device)
    for envelope in (*keysets, *statements, *rest):
        trust.accept(envelope)
    return trust


def judge(seat: Seat, value: Json, *, hold: str, now: int) -> Admission:
    """Admit an OPEN frame's `{grant, open}` or raise Refusal; `now` in ms since 1970."""
    if not seat.may("open"):
        raise Refusal("capability-refused", "This ticket allows watching only.")
    grant = Envelope.from_json(value.get("grant"))
    wish = Envelope.from_json(value.get("open"))
    trust = trust_of(seat.redeemed)
    found = admit(grant, wish, Gate(trust=trust, clock=Clock(device=now, gateway=now), hold=hold))
    if found.grant.session_key != seat.key:
        raise Refusal("wrong-session-key", "The grant is for another browser.")
    return found
