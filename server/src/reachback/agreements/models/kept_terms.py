"""Terms as they stood when a case came under them; written once, shared by digest."""

from django.db import models

from reachback.kernel.ids import new_id


class KeptTerms(models.Model):
    """One immutable terms document (see `agreements.terms`)."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    digest = models.CharField(max_length=64, unique=True)
    document = models.JSONField()
    kept_at = models.DateTimeField()

    class Meta:
        verbose_name_plural = "kept terms"
