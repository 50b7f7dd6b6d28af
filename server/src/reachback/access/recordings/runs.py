"""A script's run in words, from the device's own account of it (link.md, EXEC). Pure.

The device may be hostile: every member is checked, shortened and put on one line.
"""

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django_stubs_ext import StrOrPromise

from reachback.devices import hostile

_DIGEST = len("sha256:") + 64
_MOST = 2**53 - 1
_ENDS: Mapping[str, StrOrPromise] = {
    "time-limit": gettext_lazy("It was ended at its time limit."),
    "output-limit": gettext_lazy("It was ended at its output limit; what came before is kept."),
    "stopped": gettext_lazy("The technician stopped it."),
    "cut": gettext_lazy("The session was cut while it ran."),
    "refused": gettext_lazy("The device refused the text, and nothing was run."),
}


def sentences(told: Mapping[str, Any]) -> tuple[str, ...]:
    """Return what ran, what it wrote, and what ended it unless it ended by itself."""
    values = {
        "digest": hostile.text(told.get("script"), _DIGEST) or _("unknown"),
        "interpreter": hostile.text(told.get("interpreter"), 20),
        "arguments": _arguments(told.get("arguments")),
    }
    ran = _("Script %(digest)s (%(interpreter)s), with %(arguments)s.") % values
    wrote = _(
        "It wrote %(out)s bytes of output (%(out_digest)s) "
        "and %(err)s bytes of errors (%(err_digest)s)."
    ) % {**_written("out", told.get("stdout")), **_written("err", told.get("stderr"))}
    end = _ENDS.get(hostile.text(told.get("reason"), 40))
    left = hostile.whole_number(told.get("left"), 0, _MOST, 0)
    detached = _("%(n)s processes it left running were ended.") % {"n": left} if left else ""
    return tuple(each for each in (ran, wrote, str(end or ""), detached) if each)


def _arguments(value: object) -> str:
    found = value[:32] if isinstance(value, list) else []
    pairs = [each for each in found if isinstance(each, dict)]
    words = [
        f"{hostile.text(each.get('name'), 32)}={hostile.text(str(each.get('value')), 80)}"
        for each in pairs
    ]
    return ", ".join(words) or _("no arguments")


def _written(name: str, value: object) -> dict[str, object]:
    facts = value if isinstance(value, dict) else {}
    return {
        name: hostile.whole_number(facts.get("bytes"), 0, _MOST, 0),
        f"{name}_digest": hostile.text(facts.get("sha256"), _DIGEST) or _("unknown"),
    }
