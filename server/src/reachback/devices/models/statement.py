"""DeviceStatement: what the customer signed about a device."""

from django.db import models
from typing_extensions import override

from reachback.kernel.ids import new_id
from reachback.kernel.tenancy import TenantModel


class DeviceStatement(TenantModel):
    """One signed `reachback-device` document. Never changed; a higher serial replaces it."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    organisation = models.ForeignKey(
        "people.Organisation", on_delete=models.PROTECT, related_name="+"
    )
    device = models.ForeignKey(
        "devices.Device", on_delete=models.PROTECT, related_name="statements"
    )
    keyset_serial = models.BigIntegerField()
    serial = models.BigIntegerField()
    body = models.TextField()
    signatures = models.JSONField()
    digest = models.CharField(max_length=80)
    published_at = models.DateTimeField()

    class Meta:
        ordering = ["-keyset_serial", "-serial"]
        constraints = [
            models.UniqueConstraint(
                fields=["device", "keyset_serial", "serial"], name="devices_statement_serial_once"
            ),
        ]

    @override
    def __str__(self) -> str:
        return f"{self.keyset_serial}.{self.serial}"
