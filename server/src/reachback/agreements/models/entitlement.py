"""An entitlement: which service level an organisation, or one of its sites, may count on."""

from django.db import models
from django.db.models import F, Q

from reachback.kernel.ids import new_id
from reachback.kernel.tenancy import TenantModel


class Entitlement(TenantModel):
    """Service level, channels and dates; a site's entitlement wins over its organisation's."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    organisation = models.ForeignKey("people.Organisation", models.PROTECT, related_name="+")
    site = models.ForeignKey("people.Site", models.PROTECT, null=True, blank=True, related_name="+")
    service_level = models.ForeignKey(
        "agreements.ServiceLevel", models.PROTECT, related_name="entitlements"
    )
    channels = models.JSONField(default=list, blank=True)  # empty: every channel
    starts = models.DateTimeField()
    ends = models.DateTimeField(null=True, blank=True)
    sample = models.BooleanField(default=False)

    class Meta:
        indexes = [models.Index(fields=("organisation", "site"), name="agreements_who")]
        constraints = [
            models.CheckConstraint(
                condition=Q(ends=None) | Q(ends__gt=F("starts")), name="agreements_ends_later"
            ),
        ]
