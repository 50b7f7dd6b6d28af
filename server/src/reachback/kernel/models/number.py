"""The last number given per kind."""

from django.db import models


class Number(models.Model):
    """A counter; see `kernel.numbers`."""

    kind = models.CharField(max_length=50, primary_key=True)
    value = models.PositiveBigIntegerField()

    class Meta:
        db_table = "kernel_number"
