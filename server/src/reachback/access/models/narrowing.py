"""Narrowing: a signed overlay that takes rights away from a contract."""

from django.db import models
from typing_extensions import override

from reachback.kernel.ids import new_id
from reachback.kernel.tenancy import TenantModel


class Narrowing(TenantModel):
    """One signed `reachback-narrow`. Each author lifts only their own.

    `asked_by` names the person at the customer who pressed Revoke when the author is the provider.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    organisation = models.ForeignKey(
        "people.Organisation", on_delete=models.PROTECT, related_name="+"
    )
    document = models.CharField(max_length=80)
    author = models.CharField(max_length=10)
    serial = models.BigIntegerField()
    contract_digest = models.CharField(max_length=80)
    effect = models.CharField(max_length=12)
    devices = models.JSONField()
    reason = models.CharField(max_length=300, blank=True)
    lifted = models.BooleanField(default=False)
    body = models.TextField()
    signatures = models.JSONField()
    digest = models.CharField(max_length=80)
    asked_by = models.CharField(max_length=120, blank=True)
    published_at = models.DateTimeField()

    class Meta:
        ordering = ["published_at", "serial"]
        constraints = [
            models.UniqueConstraint(
                fields=["organisation", "document", "serial"], name="access_narrowing_serial_once"
            ),
            models.CheckConstraint(
                condition=models.Q(author__in=["customer", "provider", "device"]),
                name="access_narrowing_author_known",
            ),
            models.CheckConstraint(
                condition=models.Q(effect__in=["revoke-all", "refuse"]),
                name="access_narrowing_effect_known",
            ),
        ]

    @override
    def __str__(self) -> str:
        return f"{self.author} {self.effect} {self.serial}"
