"""Check: one health check of a device, and every change of its state."""

from django.db import models
from django.utils.translation import gettext_lazy as _
from typing_extensions import override

from reachback.kernel.ids import new_id
from reachback.kernel.tenancy import TenantModel


class CheckState(models.TextChoices):
    """What a check last said."""

    UNKNOWN = "unknown", _("not reported yet")
    OK = "ok", _("well")
    FAILED = "failed", _("failing")


class Check(TenantModel):
    """A check the device runs itself; `every` is seconds. `confirmed_at` is its newest result."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    organisation = models.ForeignKey(
        "people.Organisation", on_delete=models.PROTECT, related_name="+"
    )
    device = models.ForeignKey("devices.Device", on_delete=models.CASCADE, related_name="checks")
    name = models.CharField(max_length=80)
    kind = models.CharField(max_length=40, blank=True)
    target = models.CharField(max_length=300, blank=True)
    every = models.IntegerField(default=60)
    state = models.CharField(max_length=8, choices=CheckState.choices, default=CheckState.UNKNOWN)
    sentence = models.CharField(max_length=500, blank=True)
    state_since = models.DateTimeField(null=True, blank=True)
    confirmed_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["name"]
        constraints = [
            models.UniqueConstraint(fields=["device", "name"], name="devices_check_name_once"),
            models.CheckConstraint(
                condition=models.Q(state__in=["unknown", "ok", "failed"]),
                name="devices_check_state_known",
            ),
        ]

    @override
    def __str__(self) -> str:
        return self.name


class CheckChange(TenantModel):
    """The moment a check's answer changed. `changed` is what the device saw change since good."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    organisation = models.ForeignKey(
        "people.Organisation", on_delete=models.PROTECT, related_name="+"
    )
    the_check = models.ForeignKey(Check, on_delete=models.CASCADE, related_name="changes")
    state = models.CharField(max_length=8, choices=CheckState.choices)
    sentence = models.CharField(max_length=500, blank=True)
    changed = models.JSONField(default=list)
    at = models.DateTimeField()

    class Meta:
        ordering = ["at", "id"]
        indexes = [models.Index(fields=["the_check", "at"], name="devices_change_by_check")]

    @override
    def __str__(self) -> str:
        return f"{self.state} {self.at:%Y-%m-%d %H:%M}"
