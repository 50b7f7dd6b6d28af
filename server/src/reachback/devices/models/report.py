"""AcceptedReport: a report's id, kept so that the same report sent again changes nothing."""

from django.db import models
from typing_extensions import override

from reachback.kernel.ids import new_id


class AcceptedReport(models.Model):
    """One report a device sent and we kept. The device repeats a report until we say so."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    device = models.ForeignKey("devices.Device", on_delete=models.CASCADE, related_name="+")
    report = models.CharField(max_length=80)
    accepted_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["device", "report"], name="devices_report_once"),
        ]

    @override
    def __str__(self) -> str:
        return self.report
