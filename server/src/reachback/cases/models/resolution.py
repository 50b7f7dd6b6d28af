"""A resolution: how a case ended, and what it spared. What the first report counts."""

from django.conf import settings
from django.db import models
from django.db.models import Q

from reachback.cases.statuses import ALTERNATIVE_NAMES
from reachback.kernel.ids import new_id
from reachback.kernel.tenancy import TenantModel


class Resolution(TenantModel):
    """Cause, action, and the alternative avoided with its cost, the source of that figure and
    the person who recorded it. A reopened case keeps its withdrawn resolutions.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    case = models.ForeignKey("cases.Case", models.CASCADE, related_name="resolutions")
    organisation = models.ForeignKey("people.Organisation", models.PROTECT, related_name="+")
    cause = models.CharField(max_length=500)
    action = models.CharField(max_length=500)
    alternative = models.CharField(max_length=10)
    alternative_cost = models.DecimalField(max_digits=12, decimal_places=2, null=True, blank=True)
    currency = models.CharField(max_length=3, blank=True)  # ISO 4217
    cost_source = models.CharField(max_length=200, blank=True)
    recorded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+"
    )
    recorded_by_name = models.CharField(max_length=200)
    recorded_at = models.DateTimeField(db_index=True)
    withdrawn_at = models.DateTimeField(null=True, blank=True)
    sample = models.BooleanField(default=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=("case",), condition=Q(withdrawn_at=None), name="cases_one_resolution"
            ),
            models.CheckConstraint(
                condition=Q(alternative__in=list(ALTERNATIVE_NAMES)),
                name="cases_alternative",
            ),
            # a saving without its cost, currency and source is not a saving
            models.CheckConstraint(
                condition=Q(alternative="none", alternative_cost=None)
                | (
                    ~Q(alternative="none")
                    & Q(alternative_cost__gte=0)
                    & ~Q(currency="")
                    & ~Q(cost_source="")
                ),
                name="cases_saving_has_source",
            ),
        ]
