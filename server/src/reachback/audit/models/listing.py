"""In whose log a row stands."""

from django.db import models

from reachback.audit.models.row import AuditRow


class AuditListing(models.Model):
    """A row in one organisation's log; an act on a customer's device stands in two."""

    row = models.ForeignKey(AuditRow, on_delete=models.PROTECT, related_name="listings")
    organisation_id = models.UUIDField()

    class Meta:
        db_table = "audit_listing"
        constraints = [
            models.UniqueConstraint(fields=["organisation_id", "row"], name="audit_listing_once"),
        ]
