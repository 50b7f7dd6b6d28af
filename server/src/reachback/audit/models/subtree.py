"""Digests of complete subtrees, so that a proof over a million leaves reads some forty rows."""

from django.db import models


class AuditSubtree(models.Model):
    """The digest of the complete subtree of 2^level leaves that starts at index * 2^level."""

    organisation_id = models.UUIDField()
    level = models.PositiveSmallIntegerField()
    index = models.PositiveBigIntegerField()
    digest = models.BinaryField(max_length=32)

    class Meta:
        db_table = "audit_subtree"
        constraints = [
            models.UniqueConstraint(
                fields=["organisation_id", "level", "index"], name="audit_subtree_place"
            ),
        ]
