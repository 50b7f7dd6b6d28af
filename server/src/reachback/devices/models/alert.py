"""Alert: something on a device that needs a person, until it recovers."""

from django.db import models
from django.utils.translation import gettext_lazy as _
from typing_extensions import override

from reachback.kernel.ids import new_id
from reachback.kernel.tenancy import TenantModel


class Alert(TenantModel):
    """At most one open alert per device and subject (`check:NAME`, `lost`, `clone`)."""

    class State(models.TextChoices):
        OPEN = "open", _("open")
        RECOVERED = "recovered", _("recovered")

    class Kind(models.TextChoices):
        CHECK = "check", _("health check")
        LOST = "lost", _("link lost")
        CLONE = "clone", _("clone or stolen key")

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    organisation = models.ForeignKey(
        "people.Organisation", on_delete=models.PROTECT, related_name="+"
    )
    device = models.ForeignKey("devices.Device", on_delete=models.PROTECT, related_name="alerts")
    kind = models.CharField(max_length=8, choices=Kind.choices)
    subject = models.CharField(max_length=100)
    check_name = models.CharField(max_length=80, blank=True)
    state = models.CharField(max_length=10, choices=State.choices, default=State.OPEN)
    sentence = models.CharField(max_length=500)
    what_changed = models.JSONField(default=list)
    opened_at = models.DateTimeField()
    recovered_at = models.DateTimeField(null=True, blank=True)
    recovery = models.CharField(max_length=500, blank=True)

    class Meta:
        ordering = ["-opened_at"]
        constraints = [
            models.UniqueConstraint(
                fields=["device", "subject"],
                condition=models.Q(state="open"),
                name="devices_alert_one_open",
            ),
            models.CheckConstraint(
                condition=models.Q(state="open", recovered_at__isnull=True)
                | models.Q(state="recovered", recovered_at__isnull=False),
                name="devices_alert_recovered_at_a_time",
            ),
        ]

    @override
    def __str__(self) -> str:
        return self.sentence
