"""CommandRow: what was entered in one session, sealed; opened in memory to be searched."""

from django.db import models
from typing_extensions import override

from reachback.kernel.tenancy import TenantModel


class CommandRow(TenantModel):
    """The commands of one session, as the device testified them. `sealed`: decisions/0013."""

    session = models.OneToOneField(
        "access.AccessSession", on_delete=models.CASCADE, primary_key=True, related_name="entered"
    )
    organisation = models.ForeignKey(
        "people.Organisation", on_delete=models.PROTECT, related_name="+"
    )
    sealed = models.BinaryField()
    written_at = models.DateTimeField()

    class Meta:
        indexes = [
            models.Index(fields=["organisation", "written_at"], name="access_entered_by_writing"),
        ]

    @override
    def __str__(self) -> str:
        return str(self.session_id)
