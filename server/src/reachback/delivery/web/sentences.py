"""What became of a message, as a sentence that says what to do: pure, from the other side's answer.

The answer itself is the other side's text: hostile, shown escaped behind "why?".
"""

import re
from typing import Final

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from reachback.delivery.models import Channel, Delivery

_CODE: Final = re.compile(r"[1-5]\d\d\b")
_UNREACHABLE: Final = re.compile(r"^[A-Za-z]*(Error|Timeout|Disconnected|Retry|refused)\b")
_OUR_PASSWORD: Final = frozenset({"530", "534", "535", "538"})

_MAIL: Final[dict[str, str | Promise]] = {
    "552": _("The mailbox is full or the message too long. Ask them to make room."),
    "554": _("The mail server calls it unwanted. Ask its administrator to accept our sender."),
}
_PUSH: Final[dict[str, str | Promise]] = {
    "404": _("This browser is not subscribed any more. They can switch it on again."),
    "410": _("This browser is not subscribed any more. They can switch it on again."),
    "413": _("The push service says the message is too long."),
    "401": _("The push service does not accept our key. They can switch it off and on again."),
    "403": _("The push service does not accept our key. They can switch it off and on again."),
}


def sentence(row: Delivery) -> str | Promise:
    """One sentence for the list."""
    if row.state == Delivery.State.UNWANTED:
        return _("They do not want this kind of message: nothing was sent.")
    if row.state == Delivery.State.DELIVERED:
        return _("Taken by the push service.") if _is_push(row) else _("Taken by the mail server.")
    if not row.answer:
        return _("On its way.")
    return _push(row.answer) if _is_push(row) else _mail(row.answer)


def _is_push(row: Delivery) -> bool:
    return row.channel == Channel.PUSH


def _mail(answer: str) -> str | Promise:
    if _UNREACHABLE.match(answer):
        return _(
            "The mail server cannot be reached. Check its name and port in the settings, and"
            " whether it runs."
        )
    found = _CODE.match(answer)
    code = found[0] if found else ""
    if code in _OUR_PASSWORD:
        return _("The mail server does not accept our name and password. Check the settings.")
    if code in _MAIL:
        return _MAIL[code]
    if code.startswith("5"):
        return _("The mail server refused this address for good. Check how it is written.")
    if code.startswith("4"):
        return _("The mail server is busy or asks for patience. It is tried again by itself.")
    return _("The mail server did not take it.")


def _push(answer: str) -> str | Promise:
    if _UNREACHABLE.match(answer):
        return _("The push service cannot be reached. Check this machine's way to the internet.")
    found = _CODE.match(answer)
    code = found[0] if found else ""
    if code in _PUSH:
        return _PUSH[code]
    if code == "429" or code.startswith("5"):
        return _("The push service is busy. It is tried again by itself.")
    if "subscri" in answer:
        return _PUSH["410"]
    return _("The push service did not take it.")
