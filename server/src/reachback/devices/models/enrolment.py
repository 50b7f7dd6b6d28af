"""EnrolmentToken: the right to enrol one device once, kept as a hash."""

from django.db import models
from typing_extensions import override

from reachback.kernel.ids import new_id
from reachback.kernel.tenancy import TenantModel


class EnrolmentToken(TenantModel):
    """A one-time token. Only its SHA-256 is kept: a stolen database enrols nothing."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    organisation = models.ForeignKey(
        "people.Organisation", on_delete=models.PROTECT, related_name="+"
    )
    site = models.ForeignKey(
        "people.Site", on_delete=models.PROTECT, related_name="+", null=True, blank=True
    )
    name = models.CharField(max_length=80, blank=True)
    token_hash = models.CharField(max_length=64, unique=True)
    made_by = models.CharField(max_length=120)
    made_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    spent_at = models.DateTimeField(null=True, blank=True)
    device = models.OneToOneField(
        "devices.Device", on_delete=models.PROTECT, related_name="+", null=True, blank=True
    )

    class Meta:
        ordering = ["-made_at"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(spent_at__isnull=True, device__isnull=True)
                | models.Q(spent_at__isnull=False, device__isnull=False),
                name="devices_token_spent_by_a_device",
            ),
        ]

    @override
    def __str__(self) -> str:
        return f"{self.name or '?'} ({self.made_by})"
