"""The case: one thing a customer needs, from its opening to its end."""

from datetime import UTC, datetime
from typing import Final

from django.conf import settings
from django.db import models
from django.db.models import Q

from reachback.cases.statuses import (
    CHANNEL_NAMES,
    DONE_STATUSES,
    OPEN_STATUSES,
    PRIORITY_NAMES,
    STATUS_NAMES,
)
from reachback.kernel.ids import new_id
from reachback.kernel.tenancy import TenantModel

NEVER: Final = datetime(9999, 1, 1, tzinfo=UTC)  # sorts a case without a due time last
ORDER: Final = ("priority", "sort_due", "id")


class Case(TenantModel):
    """A row per case. Columns hold what lists need; the timeline holds what happened.

    `device_id` is a plain id with its name beside it: a device may be deleted, its cases stay.
    `is_open` and `sort_due` repeat what `status` and `due_at` say, so that lists of a million
    cases are read from an index on both databases.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    number = models.PositiveBigIntegerField(unique=True)
    organisation = models.ForeignKey(
        "people.Organisation", models.PROTECT, related_name="+", db_index=False
    )
    site = models.ForeignKey(
        "people.Site", models.PROTECT, null=True, blank=True, related_name="+", db_index=False
    )
    contact = models.ForeignKey(
        "people.Contact", models.SET_NULL, null=True, blank=True, related_name="+"
    )
    requester = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+"
    )
    device_id = models.UUIDField(null=True, blank=True)
    device_name = models.CharField(max_length=200, blank=True)
    alert_id = models.UUIDField(null=True, blank=True)
    check_name = models.CharField(max_length=120, blank=True)

    subject = models.CharField(max_length=200)
    channel = models.CharField(max_length=8)
    category = models.CharField(max_length=80, blank=True)
    language = models.CharField(max_length=16, blank=True)
    priority = models.PositiveSmallIntegerField(default=3)
    status = models.CharField(max_length=8, default="new")
    is_open = models.BooleanField(default=True)
    team = models.ForeignKey(
        "people.Team", models.SET_NULL, null=True, blank=True, related_name="+", db_index=False
    )
    assignee = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        db_index=False,
    )
    suggested_team = models.ForeignKey(
        "people.Team", models.SET_NULL, null=True, blank=True, related_name="+"
    )
    suggested_why = models.CharField(max_length=200, blank=True)
    live_session = models.BooleanField(default=False)
    proposal = models.JSONField(null=True, blank=True)  # {"sentence", "at", "by"}
    last_word = models.CharField(max_length=160, blank=True)
    last_word_by = models.CharField(max_length=120, blank=True)

    terms = models.ForeignKey(
        "agreements.KeptTerms", models.PROTECT, null=True, blank=True, related_name="+"
    )
    service_level = models.CharField(max_length=80, blank=True)
    priority_why = models.CharField(max_length=300, blank=True)
    due_at = models.DateTimeField(null=True, blank=True)
    due_from = models.DateTimeField(null=True, blank=True)
    due_clock = models.CharField(max_length=16, blank=True)
    sort_due = models.DateTimeField(default=NEVER)

    opened_at = models.DateTimeField()
    updated_at = models.DateTimeField()
    resolved_at = models.DateTimeField(null=True, blank=True)
    closed_at = models.DateTimeField(null=True, blank=True)
    version = models.PositiveIntegerField(default=1)
    sample = models.BooleanField(default=False)

    class Meta:
        indexes = [
            models.Index(fields=("is_open", *ORDER), name="cases_urgency"),
            models.Index(fields=("team", "is_open", *ORDER), name="cases_team"),
            models.Index(fields=("assignee", "is_open", *ORDER), name="cases_assignee"),
            models.Index(fields=("organisation", "is_open", *ORDER), name="cases_customer"),
            models.Index(fields=("site", "is_open", *ORDER), name="cases_site"),
            models.Index(fields=("is_open", "-updated_at", "-id"), name="cases_updated"),
            models.Index(
                fields=("organisation", "-updated_at", "-id"), name="cases_customer_updated"
            ),
            models.Index(fields=("device_id", "-opened_at"), name="cases_device"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(priority__in=list(PRIORITY_NAMES)), name="cases_priority"
            ),
            models.CheckConstraint(condition=Q(status__in=list(STATUS_NAMES)), name="cases_status"),
            models.CheckConstraint(
                condition=Q(channel__in=list(CHANNEL_NAMES)), name="cases_channel"
            ),
            models.CheckConstraint(
                condition=Q(is_open=True, status__in=OPEN_STATUSES)
                | Q(is_open=False, status__in=DONE_STATUSES),
                name="cases_open_means_open",
            ),
            models.CheckConstraint(
                condition=Q(due_at=None, sort_due=NEVER) | Q(due_at=models.F("sort_due")),
                name="cases_sorted_by_due",
            ),
            models.CheckConstraint(condition=~Q(subject=""), name="cases_subject"),
            # one open case per failing check of a device, whatever two workers do at once
            models.UniqueConstraint(
                fields=("device_id", "check_name"),
                condition=Q(is_open=True) & ~Q(check_name=""),
                name="cases_one_per_check",
            ),
        ]
