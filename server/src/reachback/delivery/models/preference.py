"""Preference: whether a person wants a kind of message on a channel."""

from django.db import models

from reachback.delivery.models.address import Channel
from reachback.kernel.ids import new_id


class Preference(models.Model):
    """Absent means wanted; sign-in mail is always sent."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    person = models.ForeignKey("people.User", on_delete=models.CASCADE, related_name="+")
    kind = models.CharField(max_length=60)
    channel = models.CharField(max_length=8, choices=Channel.choices)
    wanted = models.BooleanField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                name="delivery_preference_once", fields=["person", "kind", "channel"]
            )
        ]
