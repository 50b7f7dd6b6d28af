"""ContractDraft: the contract a customer's administrators are writing; it allows nothing."""

from django.db import models
from typing_extensions import override

from reachback.kernel.ids import new_id
from reachback.kernel.tenancy import TenantModel


class ContractDraft(TenantModel):
    """One per customer. `value` is the draft as `drafting.shapes` writes it, mistakes and all."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    organisation = models.OneToOneField(
        "people.Organisation", on_delete=models.PROTECT, related_name="+"
    )
    value = models.JSONField()
    #: Digest of the contract it was begun from; "" when it began with a template.
    based_on = models.CharField(max_length=80, blank=True)
    template = models.CharField(max_length=40, blank=True)
    begun_at = models.DateTimeField()
    begun_by_name = models.CharField(max_length=120)
    edited_at = models.DateTimeField()
    edited_by_name = models.CharField(max_length=120)

    class Meta:
        ordering = ["-edited_at"]

    @override
    def __str__(self) -> str:
        return f"draft of {self.organisation_id}"
