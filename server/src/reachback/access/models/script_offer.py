"""ScriptOffer: a script's version the provider shows a customer, to read and sign."""

from django.conf import settings
from django.db import models
from typing_extensions import override

from reachback.kernel.ids import new_id
from reachback.kernel.tenancy import TenantModel


class ScriptOffer(TenantModel):
    """One version, shown to one customer (`organisation`). It allows nothing: the contract does."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    organisation = models.ForeignKey(
        "people.Organisation", on_delete=models.PROTECT, related_name="+"
    )
    version = models.ForeignKey(
        "access.ScriptVersion", on_delete=models.PROTECT, related_name="offers"
    )
    offered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", null=True, blank=True
    )
    offered_by_name = models.CharField(max_length=120)
    offered_at = models.DateTimeField()
    #: Taken back: the customer no longer reads it, unless a contract of theirs names it.
    is_active = models.BooleanField(default=True)

    class Meta:
        ordering = ["-offered_at"]
        constraints = [
            models.UniqueConstraint(fields=["organisation", "version"], name="access_offer_once"),
        ]

    @override
    def __str__(self) -> str:
        return f"{self.version_id} to {self.organisation_id}"
