"""Expectation: a person waits for a device that is in contact at stated times only."""

from django.conf import settings
from django.db import models
from typing_extensions import override

from reachback.kernel.ids import new_id
from reachback.kernel.tenancy import TenantModel


class Expectation(TenantModel):
    """`href` is where the person goes when the device is there; told once, then it is over."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    organisation = models.ForeignKey(
        "people.Organisation", on_delete=models.PROTECT, related_name="+"
    )
    device = models.ForeignKey("devices.Device", on_delete=models.CASCADE, related_name="+")
    person = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    href = models.CharField(max_length=200)
    asked_at = models.DateTimeField()
    told_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["asked_at"]
        constraints = [
            models.UniqueConstraint(
                fields=["device", "person"],
                condition=models.Q(told_at__isnull=True),
                name="devices_expectation_once",
            ),
        ]

    @override
    def __str__(self) -> str:
        return f"{self.device_id} {self.asked_at:%Y-%m-%d %H:%M}"
