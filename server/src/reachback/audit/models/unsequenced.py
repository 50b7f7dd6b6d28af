"""What waits for its place in a log: a queue, not part of the log."""

from django.db import models

from reachback.audit.models.row import AuditRow


class Unsequenced(models.Model):
    """A row that has no leaf yet in this organisation's log; removed when it has."""

    row = models.ForeignKey(AuditRow, on_delete=models.PROTECT, related_name="+")
    organisation_id = models.UUIDField()

    class Meta:
        db_table = "audit_unsequenced"
        indexes = [models.Index(fields=["organisation_id", "id"], name="audit_unsequenced_log")]
