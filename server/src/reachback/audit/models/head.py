"""Signed statements of a log's size and root."""

from django.db import models


class AuditHead(models.Model):
    """A head: at `signed_at` the log had `size` leaves and this root. `statement` was signed."""

    organisation_id = models.UUIDField()
    size = models.PositiveBigIntegerField()
    root = models.BinaryField(max_length=32)
    signed_at = models.DateTimeField()
    statement = models.TextField()
    signature = models.TextField()

    class Meta:
        db_table = "audit_head"
        constraints = [
            models.UniqueConstraint(fields=["organisation_id", "size"], name="audit_head_size"),
        ]
