"""Which process sequences a log now."""

from django.db import models


class SequencerLease(models.Model):
    """The lease of one organisation's log; `token` fences a sequencer that lost it."""

    organisation_id = models.UUIDField(primary_key=True)
    token = models.PositiveBigIntegerField(default=0)
    lease_until = models.DateTimeField(null=True)

    class Meta:
        db_table = "audit_sequencer"
