"""A draft: what a person has typed on a case and not sent yet, kept on the server."""

from django.conf import settings
from django.db import models

from reachback.kernel.ids import new_id
from reachback.kernel.tenancy import TenantModel


class Draft(TenantModel):
    """One per case, person and kind of entry."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    case = models.ForeignKey("cases.Case", models.CASCADE, related_name="+", db_index=False)
    organisation = models.ForeignKey("people.Organisation", models.PROTECT, related_name="+")
    person = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")
    kind = models.CharField(max_length=8)
    body = models.TextField()
    updated_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=("case", "person", "kind"), name="cases_one_draft"),
        ]
