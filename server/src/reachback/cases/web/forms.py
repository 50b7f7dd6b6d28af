"""The forms of cases."""

from typing import Any, cast

from django import forms
from django.utils.translation import gettext_lazy as _

from reachback.cases.statuses import ALTERNATIVE_NAMES, PRIORITY_NAMES, WRITTEN_KINDS
from reachback.cases.text import MAX_BODY, MAX_SUBJECT
from reachback.kernel.actors import Actor
from reachback.people import queries as people

_KINDS = [("message", _("Reply")), ("note", _("Note")), ("call", _("Call"))]
assert [kind for kind, _name in _KINDS] == list(WRITTEN_KINDS)  # noqa: S101 - one list, two places


class EntryForm(forms.Form):
    """The composer."""

    kind = forms.ChoiceField(choices=_KINDS, widget=forms.RadioSelect, initial="message")
    body = forms.CharField(max_length=MAX_BODY, widget=forms.Textarea, label=_("Words"))
    wait = forms.BooleanField(required=False, label=_("Wait for the customer"))


class MessageForm(forms.Form):
    """A customer's words on their case."""

    body = forms.CharField(
        max_length=MAX_BODY,
        widget=forms.Textarea(attrs={"rows": 4}),
        label=_("Your message"),
    )


class ResolveForm(forms.Form):
    """Cause, action, and what was avoided at which cost."""

    cause = forms.CharField(max_length=500, label=_("Cause"))
    action = forms.CharField(max_length=500, label=_("What was done"))
    alternative = forms.ChoiceField(
        choices=[(value, name) for value, name in ALTERNATIVE_NAMES.items()],
        initial="none",
        label=_("What this avoided"),
    )
    alternative_cost = forms.DecimalField(
        required=False, min_value=0, max_digits=12, decimal_places=2, label=_("Its cost")
    )
    currency = forms.CharField(required=False, max_length=3, initial="EUR", label=_("Currency"))
    cost_source = forms.CharField(
        required=False,
        max_length=200,
        label=_("Where the cost comes from"),
        help_text=_("For example the price list, or the last invoice. Counted under your name."),
    )


class NewCaseForm(forms.Form):
    """A case opened by hand: by an agent for a customer, or by the customer."""

    site = forms.ChoiceField(required=False, label=_("Site"))
    subject = forms.CharField(max_length=MAX_SUBJECT, label=_("What is it about?"))
    body = forms.CharField(
        max_length=MAX_BODY,
        widget=forms.Textarea(attrs={"rows": 6}),
        label=_("What happened?"),
        help_text=_("What you see, since when, and whom it keeps from working."),
    )

    def __init__(self, *args: Any, actor: Actor, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        site = cast("forms.ChoiceField", self.fields["site"])
        found = [(str(each.id), each.name) for each in people.sites(actor)]
        site.choices = [("", _("Not at a site")), *found]


class AgentCaseForm(NewCaseForm):
    """The same with the customer, how it came and how urgent it is."""

    customer = forms.ChoiceField(label=_("Customer"))
    channel = forms.ChoiceField(
        choices=[("phone", _("phone")), ("email", _("email")), ("chat", _("chat"))],
        label=_("It came by"),
    )
    priority = forms.TypedChoiceField(
        coerce=int,
        choices=[(level, name) for level, name in PRIORITY_NAMES.items()],
        initial=3,
        label=_("Priority"),
    )
    field_order = ("customer", "site", "subject", "body", "channel", "priority")

    def __init__(self, *args: Any, actor: Actor, **kwargs: Any) -> None:
        super().__init__(*args, actor=actor, **kwargs)
        customer = cast("forms.ChoiceField", self.fields["customer"])
        customers = [(str(each.id), each.name) for each in people.customers(actor)]
        customer.choices = [("", _("Choose a customer")), *customers]
        site = cast("forms.ChoiceField", self.fields["site"])
        named = [
            (str(each.id), f"{each.organisation.name} · {each.name}")
            for each in people.sites(actor)
        ]
        site.choices = [("", _("Not at a site")), *named]
