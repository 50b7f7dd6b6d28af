"""A row's place in a Merkle log."""

from django.db import models

from reachback.audit.models.row import AuditRow


class AuditLeaf(models.Model):
    """Leaf `index` of a log; `digest` is SHA-256(0x00 ‖ canonical JSON of the row)."""

    organisation_id = models.UUIDField()
    index = models.PositiveBigIntegerField()
    row = models.ForeignKey(AuditRow, on_delete=models.PROTECT, related_name="leaves")
    digest = models.BinaryField(max_length=32)

    class Meta:
        db_table = "audit_leaf"
        constraints = [
            models.UniqueConstraint(fields=["organisation_id", "index"], name="audit_leaf_place"),
            models.UniqueConstraint(fields=["organisation_id", "row"], name="audit_leaf_once"),
        ]
