"""Forms of delivery. Each only parses and bounds; operations decide."""

from django import forms

from reachback.delivery.models import Delivery


class FilterForm(forms.Form):
    """What the list is narrowed to; anything else is ignored."""

    q = forms.CharField(max_length=120, required=False)
    state = forms.ChoiceField(choices=[("", ""), *Delivery.State.choices], required=False)


class SubscriptionForm(forms.Form):
    """What a browser says of its subscription."""

    endpoint = forms.CharField(max_length=1000)
    p256dh = forms.CharField(max_length=200)
    auth = forms.CharField(max_length=200)
