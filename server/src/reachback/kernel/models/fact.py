"""A fact as it is kept: a row written in the transaction that made it true."""

from django.db import models

from reachback.kernel.ids import new_id


class FactRow(models.Model):
    """One published fact."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    kind = models.CharField(max_length=100)
    payload = models.JSONField()
    published_at = models.DateTimeField()

    class Meta:
        db_table = "kernel_fact"
