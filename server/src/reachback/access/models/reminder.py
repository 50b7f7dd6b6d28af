"""ExpiryReminder: that a customer was told its contract ends, this many days ahead."""

from django.db import models
from typing_extensions import override

from reachback.kernel.ids import new_id


class ExpiryReminder(models.Model):
    """Each contract is reminded of once per distance, whatever the timers do."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    contract = models.ForeignKey(
        "access.ContractDocument", on_delete=models.CASCADE, related_name="reminders"
    )
    days = models.PositiveSmallIntegerField()
    told_at = models.DateTimeField()

    class Meta:
        ordering = ["-told_at"]
        constraints = [
            models.UniqueConstraint(fields=["contract", "days"], name="access_reminder_once"),
        ]

    @override
    def __str__(self) -> str:
        return f"{self.contract_id} in {self.days} days"
