"""What a new version of a script is made of, checked before anything is written. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from django.utils.translation import gettext as _

from reachback.access.errors import ScriptRefused
from reachback.access.scripts import parameters as typed
from reachback.access.scripts import texts
from reachback.access.scripts.parameters import Parameter
from reachback_wire.documents.execution import INTERPRETERS

LATER: Final = "powershell"
SECONDS: Final = 60  # unless somebody says otherwise
OUTPUT: Final = 1_048_576


@dataclass(frozen=True, kw_only=True)
class NewVersion:
    """A text with everything that is signed or bounded beside it. Seconds and bytes."""

    text: str
    interpreter: str = "sh"
    parameters: Sequence[Parameter] = ()
    time_limit: int = SECONDS
    output_limit: int = OUTPUT
    note: str = ""


def columns(new: NewVersion) -> dict[str, Any]:
    """Return a version's columns. Raises ScriptRefused with the field that is wrong."""
    if new.interpreter == LATER:
        words = _("PowerShell scripts wait for Windows devices: no connector here runs them yet.")
        raise ScriptRefused("interpreter", words)
    if new.interpreter not in INTERPRETERS:
        raise ScriptRefused("interpreter", _("Choose sh, bash or Python 3."))
    text = texts.settled(new.text)
    _check_limits(new)
    _check_parameters(new.parameters)
    return {
        "text": text,
        "digest": texts.digest(text),
        "size": len(text.encode()),
        "interpreter": new.interpreter,
        "parameters": [each.to_value() for each in new.parameters],
        "time_limit": new.time_limit,
        "output_limit": new.output_limit,
    }


def _check_limits(new: NewVersion) -> None:
    if not 1 <= new.time_limit <= texts.MOST_SECONDS:
        raise ScriptRefused("time_limit", _("From 1 second to 86,400 (a day)."))
    if not 1 <= new.output_limit <= texts.MOST_OUTPUT:
        raise ScriptRefused("output_limit", _("At most 16 MiB of output are kept."))


def _check_parameters(given: Sequence[Parameter]) -> None:
    if len(given) > typed.MOST:
        words = _("At most %(n)s parameters.") % {"n": typed.MOST}
        raise ScriptRefused("parameters", words)
    names = [each.name for each in given]
    for each in given:
        if names.count(each.name) > 1:
            words = _("Two parameters are called “%(name)s”.") % {"name": each.name[:32]}
            raise ScriptRefused("parameters", words)
        trouble = parameter_problem(each)
        if trouble:
            words = _("%(name)s: %(why)s") % {"name": each.name[:32], "why": trouble}
            raise ScriptRefused("parameters", words)


def parameter_problem(given: Parameter) -> str:
    """Say what is wrong with the declaration of a parameter; "" when nothing is."""
    if not typed.NAME.fullmatch(given.name):
        return _("A name is lower case: a letter, then letters, digits or “_”.")
    if given.kind not in typed.KINDS:
        return _("Choose what kind of answer it takes.")
    if given.kind == "choice" and not given.choices:
        return _("Write what may be chosen, for example: nginx, apache2.")
    if given.least is not None and given.most is not None and given.least > given.most:
        return _("The least is larger than the most.")
    if given.beneath and not given.beneath.startswith("/"):
        return _("A folder begins with /.")
    if given.default:
        wrong = typed.problem(given, given.default)
        return wrong and _("The usual answer does not fit: %(why)s") % {"why": wrong}
    return ""
