"""One act, as it was recorded."""

from django.db import models

from reachback.kernel.ids import new_id


class AuditRow(models.Model):
    """Who did what to which subject, when. Written once in the transaction of the act."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    occurred_at = models.DateTimeField()
    action = models.CharField(max_length=100)
    actor_kind = models.CharField(max_length=10)
    actor_id = models.UUIDField(null=True)
    actor_name = models.CharField(max_length=200)
    actor_organisation_id = models.UUIDField(null=True)
    organisation_id = models.UUIDField()
    subject_kind = models.CharField(max_length=50)
    subject_id = models.CharField(max_length=100)
    subject_label = models.CharField(max_length=300)
    data = models.JSONField(default=dict)

    class Meta:
        db_table = "audit_row"
        indexes = [
            models.Index(fields=["action", "-id"], name="audit_row_action"),
            models.Index(fields=["actor_id", "-id"], name="audit_row_actor"),
            models.Index(fields=["subject_id", "-id"], name="audit_row_subject"),
        ]
