"""Recording: where a channel's segments lie, and what the verifier said of them."""

from django.db import models
from typing_extensions import override

from reachback.kernel.ids import new_id
from reachback.kernel.tenancy import TenantModel


class Recording(TenantModel):
    """The recording of one session's channels. The front writes the segments; we only read."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    organisation = models.ForeignKey(
        "people.Organisation", on_delete=models.PROTECT, related_name="+"
    )
    session = models.OneToOneField(
        "access.AccessSession", on_delete=models.PROTECT, related_name="recording"
    )
    started_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True, blank=True)
    duration_ms = models.BigIntegerField(default=0)
    size = models.BigIntegerField(default=0)
    commands = models.IntegerField(default=0)

    class Meta:
        ordering = ["-started_at"]

    @override
    def __str__(self) -> str:
        return str(self.id)


class Verdict(models.Model):
    """What the verifier said of a recording as it lay on disk with this `content` digest."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    recording = models.ForeignKey(Recording, on_delete=models.CASCADE, related_name="verdicts")
    content = models.CharField(max_length=64)
    whole = models.BooleanField()
    sentence = models.CharField(max_length=1000)
    details = models.JSONField(default=list)
    checked_at = models.DateTimeField()

    class Meta:
        ordering = ["-checked_at"]
        constraints = [
            models.UniqueConstraint(
                fields=["recording", "content"], name="access_verdict_per_content"
            ),
        ]

    @override
    def __str__(self) -> str:
        return self.sentence
