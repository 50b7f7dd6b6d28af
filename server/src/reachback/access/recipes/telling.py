"""A recipe's run in words: what was found, done and verified, and what to do about it. Pure."""

from collections.abc import Mapping, Sequence
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django_stubs_ext import StrOrPromise

_FOUND: Mapping[str, StrOrPromise] = {
    "there": gettext_lazy("was there already"),
    "absent": gettext_lazy("was absent"),
    "other": gettext_lazy("was there in another version"),
}
_DONE: Mapping[str, StrOrPromise] = {
    "verified": gettext_lazy("verified"),
    "not-verified": gettext_lazy("not verified"),
    "verify-unknown": gettext_lazy("whether it can be verified is not known"),
    "verify-refused": gettext_lazy("the check afterwards was refused"),
    "apply-failed": gettext_lazy("installing it failed"),
    "apply-unknown": gettext_lazy("whether it was installed is not known"),
    "apply-refused": gettext_lazy("installing it was refused, and nothing was changed"),
    "check-failed": gettext_lazy("could not be looked for, and nothing was changed"),
    "check-unknown": gettext_lazy(
        "what is there was not learnt, and nothing was changed by this recipe"
    ),
    "check-refused": gettext_lazy("looking for it was refused, and nothing was changed"),
    "left-apply": gettext_lazy("nobody went on, and nothing was changed"),
    "left-verify": gettext_lazy("nobody went on to verify it"),
    "left-check": gettext_lazy("it was never begun"),
}
_ADVICE: Mapping[str, StrOrPromise] = {
    "not-verified": gettext_lazy(
        "Read what verify wrote, mend it in a session or install another version, then run the "
        "recipe again: its check says first what is there."
    ),
    "verify-unknown": gettext_lazy("Run the recipe again: it looks first and changes nothing."),
    "verify-refused": gettext_lazy("Run the recipe again when the contract allows verify."),
    "apply-failed": gettext_lazy(
        "Read what apply wrote: it may be half done. Run the recipe again when the cause is mended."
    ),
    "apply-unknown": gettext_lazy(
        "Nothing is run again by itself. Run the recipe again: its check says what is there."
    ),
    "check-failed": gettext_lazy("Read what check wrote; the answers may not fit this machine."),
    "check-unknown": gettext_lazy("Run the recipe again when the link is back."),
    "left-apply": gettext_lazy("Run the recipe again to install it."),
    "left-verify": gettext_lazy("Run the recipe again: its check says what is there."),
}


def subject(recipe: str, arguments: Sequence[Mapping[str, Any]]) -> str:
    """Return what is installed: “nginx 1.22.1”, or the recipe's name when no package is named."""
    given = {str(each.get("name")): str(each.get("value")) for each in arguments}
    named = " ".join(given[name] for name in ("package", "version") if given.get(name))
    return named if given.get("package") else recipe


def verdict(what: str, found: str, outcome: str, *, applied: bool) -> str:
    """Return the one sentence: “nginx 1.22.1 was absent; installed; verified.”"""
    parts = [str(_FOUND[found])] if found in _FOUND else []
    if applied and outcome in ("verified", "not-verified", "verify-unknown", "verify-refused",
                               "left-verify"):  # fmt: skip
        parts.append(_("installed"))
    parts.append(str(_DONE.get(outcome, outcome)))
    first, *rest = parts
    joined = f"{first}; {'; '.join(rest)}" if rest else first
    text = _("%(what)s %(parts)s.") if found or outcome == "check-failed" else _(
        "%(what)s: %(parts)s."
    )  # fmt: skip
    return text % {"what": what, "parts": joined}


def advice(outcome: str) -> str:
    """Return what to do now; "" when nothing is to be done."""
    return str(_ADVICE.get(outcome, ""))


def ran(*, who: str, recipe: str, number: int, device: str, user: str, given: str) -> str:
    """Return who ran which recipe where, as whom, and with which answers."""
    text = _(
        "%(who)s ran the recipe “%(recipe)s”, version %(number)s, on %(device)s as %(user)s: "
        "%(given)s."
    )
    named = {"who": who, "recipe": recipe, "number": number, "device": device}
    return text % {**named, "user": user, "given": given}


def step(name: str, status: int | None) -> str:
    """Return how one step ended, by the device's account."""
    if status is None:
        return _("%(step)s: ended without an exit status.") % {"step": name.capitalize()}
    return _("%(step)s: exit status %(status)s.") % {"step": name.capitalize(), "status": status}
