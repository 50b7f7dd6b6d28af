"""Contracts to begin with: kiosk, till, small server, read-only. Pure.

Each is a starting point somebody has to read and fill in: users and paths are the customer's.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django_stubs_ext import StrOrPromise

from reachback.access.drafting import shapes
from reachback.access.drafting.shapes import Value

_EVERY_DAY = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"]


@dataclass(frozen=True, kw_only=True)
class Facts:
    """What a template is filled with: parties, the customer's zone and tags, offered scripts."""

    provider: Value
    team: str
    zone: str
    tags: Sequence[str]
    scripts: Sequence[str]
    now: int


@dataclass(frozen=True, kw_only=True)
class Template:
    """A beginning, and in one sentence when it is the right one."""

    name: str
    label: StrOrPromise
    why: StrOrPromise
    clauses: Callable[[Facts], list[Value]]


def _clause(facts: Facts, capabilities: list[Value], **changes: object) -> Value:
    teams = [facts.team] if facts.team else []
    found = shapes.blank_clause(0) | {"capabilities": capabilities}
    return found | {"who": {"teams": teams, "technicians": [], "mfa": "totp"}} | changes


def _health(facts: Facts) -> Value:
    anyone = {"teams": [], "technicians": [], "mfa": "any"}
    return _clause(facts, [{"name": "health"}], who=anyone, clockless=True, case_required=False)


def _window(facts: Facts, start: str, end: str) -> Value:
    window = {"days": list(_EVERY_DAY), "from": start, "to": end}
    return {"zone": facts.zone, "windows": [window], "holidays": "allowed"}


def _scripts(facts: Facts) -> list[Value]:
    if not facts.scripts:
        return []
    return [_clause(facts, [{"name": "exec", "scripts": list(facts.scripts), "any": False}])]


def _kiosk(facts: Facts) -> list[Value]:
    return [
        _health(facts),
        _clause(facts, [{"name": "shell.user", "run_as": ["kiosk"]}]),
        _clause(facts, [{"name": "files.read", "paths": ["/var/log/**"]}]),
        *_scripts(facts),
        _clause(facts, [{"name": "reboot"}], when=_window(facts, "02:00", "05:00")),
    ]


def _till(facts: Facts) -> list[Value]:
    return [
        _health(facts),
        *_scripts(facts),
        _clause(facts, [{"name": "files.read", "paths": ["/var/log/**"]}]),
        _clause(facts, [{"name": "reboot"}], when=_window(facts, "23:30", "05:30")),
    ]


def _small_server(facts: Facts) -> list[Value]:
    files = [
        {"name": "files.read", "paths": ["/etc/**", "/var/log/**", "/srv/**"]},
        {"name": "files.write", "paths": ["/srv/**"]},
    ]
    return [
        _health(facts),
        _clause(facts, [{"name": "shell.user", "run_as": ["support"]}]),
        _clause(facts, files),
        *_scripts(facts),
        _clause(facts, [{"name": "reboot"}], when=_window(facts, "22:00", "06:00")),
    ]


def _read_only(facts: Facts) -> list[Value]:
    return [
        _health(facts),
        _clause(facts, [{"name": "files.read", "paths": ["/etc/**", "/var/log/**"]}]),
    ]


TEMPLATES = (
    Template(
        name="kiosk",
        label=gettext_lazy("Kiosk"),
        why=gettext_lazy(
            "One program, one ordinary user: a shell as that user repairs nearly everything, and "
            "a restart at night disturbs nobody."
        ),
        clauses=_kiosk,
    ),
    Template(
        name="till",
        label=gettext_lazy("Till"),
        why=gettext_lazy(
            "Money passes here: no shell at all, only scripts you have read, logs, and a restart "
            "after closing time."
        ),
        clauses=_till,
    ),
    Template(
        name="small-server",
        label=gettext_lazy("Small server"),
        why=gettext_lazy(
            "Somebody has to be able to look around and put a file right, as an ordinary user and "
            "with a case, never as administrator."
        ),
        clauses=_small_server,
    ),
    Template(
        name="read-only",
        label=gettext_lazy("Read-only"),
        why=gettext_lazy(
            "For finding out what is wrong without being able to change anything: settings and "
            "logs may be read, nothing else."
        ),
        clauses=_read_only,
    ),
)


def named(name: str) -> Template | None:
    """Return the template of this name."""
    return next((each for each in TEMPLATES if each.name == name), None)


def begin(template: Template | None, facts: Facts) -> Value:
    """Return a draft filled from a template; None is a blank page."""
    label = _("Remote care") if template is None else _("Remote care: %s") % template.label
    value = shapes.blank(facts.provider, title=label, now=facts.now)
    value["devices"] = {"keys": [], "tags": list(facts.tags)}
    value["freshness"] = {"hours": 24 * 30, "source": "customer"}
    clauses = template.clauses(facts) if template is not None else []
    value["clauses"] = [{**each, "number": n} for n, each in enumerate(clauses, 1)]
    return value
