"""A customer's documents as a seat holds them: the newest of each kind, and the narrowings."""

from reachback_gateway.ports import Json

_NARROWING = ("narrow", "narrowing", "reachback-narrow")


def update(redeemed: Json, document: Json) -> None:
    """Put a document that was just published among what redeem answered."""
    envelope = {"body": document.get("body"), "signatures": document.get("signatures")}
    kind = str(document.get("kind", "")).removeprefix("reachback-")
    if kind in {"contract", "statement", "device"}:
        redeemed["statement" if kind == "device" else kind] = envelope
    elif kind in _NARROWING:
        redeemed.setdefault("narrowings", []).append(envelope)
    elif kind == "keyset":
        known = redeemed.get("keyset")
        chain = known if isinstance(known, list) else [known] if known else []
        if envelope not in chain:
            redeemed["keyset"] = [*chain, envelope]
