"""Approver: whom to ask, in which order and at which hours; ApproverKey: what they sign with."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _
from typing_extensions import override

from reachback.kernel.ids import new_id
from reachback.kernel.tenancy import TenantModel


class Approver(TenantModel):
    """A person of the customer who answers requests; the lowest `position` is asked first.

    `hours` is a week as calendars writes it, in the customer's zone; {} is every hour.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    organisation = models.ForeignKey(
        "people.Organisation", on_delete=models.PROTECT, related_name="+"
    )
    person = models.OneToOneField(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+"
    )
    position = models.IntegerField(default=1)
    hours = models.JSONField(default=dict)
    phone = models.CharField(max_length=40, blank=True)

    class Meta:
        ordering = ["position", "id"]

    @override
    def __str__(self) -> str:
        return f"{self.position} {self.person_id}"


class ApproverKey(TenantModel):
    """A public key that one person signs approvals with; it counts while the keyset names it.

    `credential` is the passkey's id (base64url), `counter` the highest it has shown.
    """

    class Kind(models.TextChoices):
        BROWSER = "browser", _("a key in a browser")
        FILE = "file", _("a key from a file")
        PASSKEY = "passkey", _("a passkey")

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    organisation = models.ForeignKey(
        "people.Organisation", on_delete=models.PROTECT, related_name="+"
    )
    person = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    line = models.CharField(max_length=400, unique=True)
    kind = models.CharField(max_length=8, choices=Kind.choices)
    label = models.CharField(max_length=80)
    credential = models.CharField(max_length=1400, blank=True)
    counter = models.BigIntegerField(default=0)
    added_at = models.DateTimeField()
    removed_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["added_at", "id"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(kind__in=["browser", "file", "passkey"]),
                name="access_approver_key_kind_known",
            ),
        ]

    @override
    def __str__(self) -> str:
        return f"{self.kind} {self.label}"
