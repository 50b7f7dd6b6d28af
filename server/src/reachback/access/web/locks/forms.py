"""The form of a lock. It parses; the operation decides."""

from typing import Final
from uuid import UUID

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from reachback.access.models import Lock
from reachback.devices import queries as devices
from reachback.kernel.actors import Actor
from reachback.people import queries as people

Choices = list[tuple[str, str | list[tuple[str, str]]]]
#: A list longer than this is no help; the device's own page has the button.
_MOST: Final = 300


class LockForm(forms.Form):
    """What is to be locked, and why."""

    what = forms.ChoiceField(label=gettext_lazy("What"))
    reason = forms.CharField(
        label=gettext_lazy("Why"),
        max_length=200,
        help_text=gettext_lazy("Whoever is stopped reads it, and the customer too."),
    )

    def __init__(
        self, sent: object = None, *, actor: Actor, initial: dict[str, str] | None = None
    ) -> None:
        super().__init__(sent, initial=initial)  # type: ignore[arg-type]
        what = self.fields["what"]
        if isinstance(what, forms.ChoiceField):
            what.choices = _choices(actor, (initial or {}).get("what", ""))

    def target(self) -> tuple[str, UUID | None]:
        """The scope, and the id of what is named."""
        scope, _colon, name = str(self.cleaned_data["what"]).partition(":")
        return scope, UUID(name) if name else None


def _choices(actor: Actor, wanted: str) -> Choices:
    found: Choices = [("", _("Choose…"))]
    if actor.sees_everything:
        found.append((Lock.Scope.EVERYTHING.value, _("Everything: every person, every device")))
    agents = people.agents(actor).order_by("name").values_list("id", "name")
    customers = people.customers(actor).order_by("name").values_list("id", "name")
    machines = devices.devices(actor).order_by("name")
    if machines.count() > _MOST:
        scope, _colon, name = wanted.partition(":")
        machines = machines.filter(id=name) if scope == Lock.Scope.DEVICE else machines.none()
    named = machines.values_list("id", "name")
    for scope, label, rows in (
        (Lock.Scope.PERSON, _("A person, on every device"), agents),
        (Lock.Scope.CUSTOMER, _("A customer, every device of it"), customers),
        (Lock.Scope.DEVICE, _("A device"), named),
    ):
        found.append((label, [(f"{scope.value}:{key}", name) for key, name in rows]))
    return found
