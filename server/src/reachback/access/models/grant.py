"""Grant: what the provider's grant key allowed one technician's browser in one session."""

from django.db import models
from typing_extensions import override

from reachback.kernel.ids import new_id
from reachback.kernel.tenancy import TenantModel


class Grant(TenantModel):
    """One signed `reachback-grant`, kept whole: exports carry it.

    A session begins with one. A technician's further browser and a colleague who takes over get
    their own.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    organisation = models.ForeignKey(
        "people.Organisation", on_delete=models.PROTECT, related_name="+"
    )
    session = models.ForeignKey(
        "access.AccessSession", on_delete=models.CASCADE, related_name="grants"
    )
    document = models.CharField(max_length=80, unique=True)
    nonce = models.CharField(max_length=32)
    body = models.TextField()
    signatures = models.JSONField()
    digest = models.CharField(max_length=80)
    issued_at = models.DateTimeField()
    expires_at = models.DateTimeField()

    class Meta:
        ordering = ["issued_at", "id"]

    @override
    def __str__(self) -> str:
        return self.document
