"""How a person signed in, as far as the session remembers it."""

from reachback.kernel.requests import ActorRequest

_METHODS = {"totp": "totp", "webauthn": "passkey", "recovery_codes": ""}


def second_factor(request: ActorRequest) -> str:
    """Return how this person signed in, as allauth remembers it: asserted, never proved."""
    used = request.session.get("account_authentication_methods", [])
    kinds = [
        _METHODS.get(str(each.get("type", each.get("method"))), "")
        for each in used
        if isinstance(each, dict)
    ]
    return "passkey" if "passkey" in kinds else "totp" if "totp" in kinds else ""
