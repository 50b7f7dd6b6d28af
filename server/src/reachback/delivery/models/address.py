"""Address: where a person can be reached besides their sign-in e-mail."""

from django.db import models
from django.utils.translation import gettext_lazy as _
from typing_extensions import override

from reachback.kernel.ids import new_id
from reachback.kernel.tenancy import TenantManager, TenantQuerySet


class Channel(models.TextChoices):
    """The ways out that exist now; SMS, voice and webhook have their place here."""

    EMAIL = "email", _("e-mail")
    PUSH = "push", _("push notification")


class AddressQuerySet(TenantQuerySet["Address"]):
    """Addresses by the person's organisation."""

    @classmethod
    @override
    def organisation_path(cls) -> str:
        return "person__organisation_id"


class AddressManager(TenantManager.from_queryset(AddressQuerySet)):  # type: ignore[misc]
    """Raises unless somebody said whose addresses are meant."""


class Address(models.Model):
    """An e-mail address, or a browser that takes push (`value` its endpoint, `keys` its keys)."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    person = models.ForeignKey("people.User", on_delete=models.CASCADE, related_name="+")
    channel = models.CharField(max_length=8, choices=Channel.choices)
    value = models.CharField(max_length=1000)
    keys = models.JSONField(default=dict, blank=True)
    label = models.CharField(max_length=120, blank=True)
    added_at = models.DateTimeField()
    gone_at = models.DateTimeField(null=True, blank=True)

    objects = AddressManager()

    class Meta:
        ordering = ["added_at"]
        constraints = [
            models.UniqueConstraint(
                name="delivery_address_once", fields=["person", "channel", "value"]
            ),
            models.CheckConstraint(
                name="delivery_address_channel",
                condition=models.Q(channel__in=["email", "push"]) & ~models.Q(value=""),
            ),
        ]

    @override
    def __str__(self) -> str:
        return self.label or self.value
