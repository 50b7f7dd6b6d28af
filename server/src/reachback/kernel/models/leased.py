"""A row of work that is done at least once and finished exactly once."""

from django.db import models

from reachback.kernel.ids import new_id


class Leased(models.Model):
    """Work that is due, leased to one worker at a time, retried, and at last done or failed.

    `lease_token` is the fencing token: it grows with each lease, and only its holder may finish.
    """

    class State(models.TextChoices):
        """Where the work stands. `failed` waits for a person; nothing is ever dropped."""

        WAITING = "waiting"
        DONE = "done"
        FAILED = "failed"
        CANCELLED = "cancelled"

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    due_at = models.DateTimeField()
    state = models.CharField(max_length=10, choices=State.choices, default=State.WAITING)
    attempts = models.PositiveIntegerField(default=0)
    lease_token = models.PositiveBigIntegerField(default=0)
    lease_until = models.DateTimeField(null=True)
    finished_at = models.DateTimeField(null=True)
    last_error = models.TextField(default="", blank=True)

    class Meta:
        abstract = True
