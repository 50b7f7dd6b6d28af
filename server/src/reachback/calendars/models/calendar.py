"""A named calendar of business hours, kept by the provider and shared by its agreements."""

from django.db import models

from reachback.kernel.ids import new_id


class Calendar(models.Model):
    """Weekly hours in a zone, a region's public holidays, and own closed dates."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    name = models.CharField(max_length=120, unique=True)
    zone = models.CharField(max_length=64)
    week = models.JSONField(default=dict, blank=True)  # {"monday": "09:00-17:00"}
    country = models.CharField(max_length=2, blank=True)
    subdivision = models.CharField(max_length=8, blank=True)
    closed = models.JSONField(default=dict, blank=True)  # {"2026-12-24": "Christmas Eve"}
    sample = models.BooleanField(default=False)

    class Meta:
        ordering = ("name",)
