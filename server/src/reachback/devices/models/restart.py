"""Restart: one time a device went down to come back on another boot."""

from django.db import models
from typing_extensions import override

from reachback.kernel.ids import new_id
from reachback.kernel.tenancy import TenantModel


class Restart(TenantModel):
    """`boot` is the boot id that ended. `told`: the device said so; otherwise its return did.

    `back_at` is empty while the device is away.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    organisation = models.ForeignKey(
        "people.Organisation", on_delete=models.PROTECT, related_name="+"
    )
    device = models.ForeignKey("devices.Device", on_delete=models.CASCADE, related_name="restarts")
    boot = models.CharField(max_length=80)
    told = models.BooleanField(default=False)
    began_at = models.DateTimeField()
    back_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-began_at"]
        constraints = [
            models.UniqueConstraint(fields=["device", "boot"], name="devices_restart_once"),
        ]

    @override
    def __str__(self) -> str:
        return f"{self.device_id} {self.began_at:%Y-%m-%d %H:%M}"
