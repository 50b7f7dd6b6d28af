"""Preference: whether a person wants a kind of message on a channel, or on the open page."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from reachback.kernel.ids import new_id


class Way(models.TextChoices):
    """Where a person meets a message: an open page (may be missed), or a delivery's channel."""

    PAGE = "page", _("on the open page")
    PUSH = "push", _("push notification")
    EMAIL = "email", _("e-mail")


class Preference(models.Model):
    """Absent means wanted; sign-in mail is always sent."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    person = models.ForeignKey("people.User", on_delete=models.CASCADE, related_name="+")
    kind = models.CharField(max_length=60)
    channel = models.CharField(max_length=8, choices=Way.choices)
    wanted = models.BooleanField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                name="delivery_preference_once", fields=["person", "kind", "channel"]
            )
        ]
