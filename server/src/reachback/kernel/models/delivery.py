"""A fact on its way to one subscriber."""

from django.db import models

from reachback.kernel.models.fact import FactRow
from reachback.kernel.models.leased import Leased


class Delivery(Leased):
    """The delivery of one fact to one subscriber; the pair is the idempotency key."""

    fact = models.ForeignKey(FactRow, on_delete=models.PROTECT, related_name="deliveries")
    subscriber = models.CharField(max_length=100)

    class Meta:
        db_table = "kernel_delivery"
        constraints = [
            models.UniqueConstraint(fields=["fact", "subscriber"], name="kernel_delivery_once"),
        ]
        indexes = [
            models.Index(
                fields=["due_at"],
                name="kernel_delivery_due",
                condition=models.Q(state="waiting"),
            ),
        ]
