"""SpentNonce: a link nonce that a grant has used; it never serves a second grant."""

from django.db import models
from typing_extensions import override

from reachback.kernel.ids import new_id


class SpentNonce(models.Model):
    """One nonce of one device. The unique constraint is the defence, not the code before it."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    device = models.ForeignKey("devices.Device", on_delete=models.CASCADE, related_name="+")
    nonce = models.CharField(max_length=32)
    spent_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["device", "nonce"], name="access_nonce_once"),
        ]

    @override
    def __str__(self) -> str:
        return self.nonce
