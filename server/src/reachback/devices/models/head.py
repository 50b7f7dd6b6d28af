"""DeviceHead: the newest number and digest of a device's receipt chain, as the device told it."""

from django.db import models
from typing_extensions import override

from reachback.kernel.ids import new_id
from reachback.kernel.tenancy import TenantModel


class DeviceHead(TenantModel):
    """A device's receipt head at one HELLO. A number that goes back tells of a rolled-back disk."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    organisation = models.ForeignKey(
        "people.Organisation", on_delete=models.PROTECT, related_name="+"
    )
    device = models.ForeignKey("devices.Device", on_delete=models.CASCADE, related_name="heads")
    number = models.BigIntegerField()
    head = models.CharField(max_length=80)
    told_at = models.DateTimeField()

    class Meta:
        ordering = ["-number"]
        constraints = [
            models.UniqueConstraint(
                fields=["device", "number", "head"], name="devices_head_told_once"
            ),
        ]

    @override
    def __str__(self) -> str:
        return f"{self.number} {self.head}"
