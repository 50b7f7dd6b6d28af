"""Something that must happen at a time."""

from django.db import models

from reachback.kernel.models.leased import Leased


class Timer(Leased):
    """A timer; at most one waits per key."""

    kind = models.CharField(max_length=100)
    key = models.CharField(max_length=200)
    payload = models.JSONField()

    class Meta:
        db_table = "kernel_timer"
        constraints = [
            models.UniqueConstraint(
                fields=["key"],
                name="kernel_timer_one_waiting",
                condition=models.Q(state="waiting"),
            ),
        ]
        indexes = [
            models.Index(
                fields=["due_at"],
                name="kernel_timer_due",
                condition=models.Q(state="waiting"),
            ),
        ]
