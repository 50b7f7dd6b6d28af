"""Handing a running shell over: what an OPEN of kind `attach` must meet beyond `admit`.

`admit` has said that the colleague may have such a shell now. Here it is said whether they may have
*this* one: the giver offered it, nothing becomes wider, nobody becomes another user. Front and
device ask the same function (documents.md, *attach*).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from reachback_wire import sentences
from reachback_wire.documents import Envelope, Grant, Offer, Open
from reachback_wire.refusals import Refusal
from reachback_wire.requests import TOLERANCE_MS, Clock

ATTACH: Final = "attach"


@dataclass(frozen=True, slots=True, kw_only=True)
class Tenure:
    """Who may type in a living channel now, and under which grant (`grant` is its id)."""

    grant: str
    key: str
    technician: str
    run_as: str
    contract: str
    capabilities: tuple[str, ...]

    @classmethod
    def of(cls, grant: Grant, wish: Open) -> "Tenure":
        """What begins with an admitted OPEN of kind `shell` or `attach`."""
        return cls(
            grant=grant.id,
            key=grant.session_key,
            technician=grant.technician.name,
            run_as=str(wish.parameters.get("run_as", "")),
            contract=grant.contract,
            capabilities=tuple(grant.capabilities),
        )

    @classmethod
    def from_json(cls, value: object) -> "Tenure | None":
        """Read what `to_json` wrote; None for anything else (an older version wrote nothing)."""
        if not isinstance(value, Mapping):
            return None
        names = ("grant", "key", "technician", "run_as", "contract")
        texts = {name: value.get(name) for name in names}
        capabilities = value.get("capabilities")
        if not isinstance(capabilities, list) or not all(
            isinstance(text, str) for text in (*texts.values(), *capabilities)
        ):
            return None
        return cls(
            **{name: str(text) for name, text in texts.items()}, capabilities=(*capabilities,)
        )

    def to_json(self) -> dict[str, object]:
        return {
            "grant": self.grant,
            "key": self.key,
            "technician": self.technician,
            "run_as": self.run_as,
            "contract": self.contract,
            "capabilities": list(self.capabilities),
        }


def over() -> Refusal:
    """The refusal for a shell that is none, or ended before it could change hands."""
    return Refusal("channel-over", "The shell has ended meanwhile.")


def check_attach(grant: Grant, wish: Open, tenure: Tenure, clock: Clock) -> Offer:
    """Refuse a colleague whom this shell was not offered, or who would make more of it.

    `grant` and `wish` were admitted already; `tenure` is the living channel's. Returns the offer.
    """
    offer = _offered(wish, tenure)
    if offer.grant != tenure.grant or offer.session != grant.session:
        raise Refusal("not-offered", f"{tenure.technician} has not offered this shell.")
    if offer.to != grant.technician.name:
        raise Refusal("not-offered", f"This shell was offered to {offer.to}, to nobody else.")
    times = (clock.gateway,) if clock.trouble() else (clock.device, clock.gateway)
    if min(times) < offer.issued - TOLERANCE_MS or max(*times, clock.floor) >= offer.expires:
        raise Refusal("offer-expired", "The offer has expired; ask for the shell once more.")
    if wish.parameters["run_as"] != tenure.run_as:
        raise Refusal("parameter-refused", f"This shell runs as {tenure.run_as}.")
    if grant.contract != tenure.contract:
        raise Refusal("contract-superseded", "The shell was opened under another contract.")
    wider = sorted(set(grant.capabilities) - set(tenure.capabilities))
    if wider and "shell.admin" not in tenure.capabilities:
        raise Refusal(
            "wider-than-contract",
            f"Whoever takes a shell over gets no more with it; the grant adds "
            f"{sentences.listed(wider)}.",
        )
    return offer


def _offered(wish: Open, tenure: Tenure) -> Offer:
    envelope = Envelope.from_json(wish.parameters["offer"])
    offer = Offer.parse(envelope.body)
    try:
        envelope.signers(Offer.TYPE, {tenure.key})
    except Refusal as refusal:
        if refusal.code != "unknown-key":
            raise
        sentence = f"The offer is not signed by {tenure.technician}, who has the shell."
        raise Refusal("not-offered", sentence) from refusal
    return offer
