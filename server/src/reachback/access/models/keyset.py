"""CustomerKeyset: the keys a customer signs with, as the customer published them."""

from django.db import models
from typing_extensions import override

from reachback.kernel.ids import new_id
from reachback.kernel.tenancy import TenantModel


class CustomerKeyset(TenantModel):
    """One signed `reachback-keyset` document. Never changed; `serial` is the keyset version."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    organisation = models.ForeignKey(
        "people.Organisation", on_delete=models.PROTECT, related_name="+"
    )
    serial = models.BigIntegerField()
    body = models.TextField()
    signatures = models.JSONField()
    digest = models.CharField(max_length=80)
    fingerprint = models.CharField(max_length=60)
    tier = models.CharField(max_length=12)
    published_at = models.DateTimeField()

    class Meta:
        ordering = ["serial"]
        constraints = [
            models.UniqueConstraint(
                fields=["organisation", "serial"], name="access_keyset_serial_once"
            ),
            models.CheckConstraint(
                condition=models.Q(tier__in=["independent", "hosted"]),
                name="access_keyset_tier_known",
            ),
        ]

    @override
    def __str__(self) -> str:
        return f"{self.serial} {self.fingerprint}"
