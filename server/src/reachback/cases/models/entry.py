"""An entry: one item on a case's timeline. Written once, never changed."""

from typing import ClassVar

from django.db import models
from django.db.models import Q

from reachback.cases.statuses import ENTRY_NAMES
from reachback.kernel.ids import new_id
from reachback.kernel.tenancy import TenantManager, TenantModel

AUTHOR_KINDS = ("person", "device", "system")


class Entry(TenantModel):
    """Who said or did what, when. `clock` names the event it is for the service-level clock.

    `occurred_at` is when it happened, `recorded_at` when we wrote it down.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    case = models.ForeignKey("cases.Case", models.CASCADE, related_name="entries", db_index=False)
    organisation = models.ForeignKey(
        "people.Organisation", models.PROTECT, related_name="+", db_index=False
    )
    kind = models.CharField(max_length=8)
    author_kind = models.CharField(max_length=8)
    author_id = models.UUIDField(null=True, blank=True)
    author_name = models.CharField(max_length=200)
    by_provider = models.BooleanField(default=True)
    body = models.TextField(blank=True)
    data = models.JSONField(default=dict, blank=True)
    visible_to_customer = models.BooleanField(default=False)
    clock = models.CharField(max_length=10, blank=True)
    occurred_at = models.DateTimeField()
    recorded_at = models.DateTimeField()

    objects: ClassVar[TenantManager] = TenantManager()

    class Meta:
        verbose_name_plural = "entries"
        indexes = [
            models.Index(fields=("case", "occurred_at", "id"), name="cases_timeline"),
            models.Index(
                fields=("case", "occurred_at"), condition=~Q(clock=""), name="cases_clock_log"
            ),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(kind__in=list(ENTRY_NAMES)), name="cases_entry_kind"
            ),
            models.CheckConstraint(
                condition=Q(author_kind__in=AUTHOR_KINDS), name="cases_entry_author"
            ),
        ]
