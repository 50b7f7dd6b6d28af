"""ApprovalRequest: a technician asks the customer's approvers; ApprovalAnswer: what each said."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _
from typing_extensions import override

from reachback.kernel.ids import new_id
from reachback.kernel.tenancy import TenantModel


class ApprovalRequest(TenantModel):
    """One exact request. `organisation` is the customer's.

    `body` is the canonical text whose digest is signed, `session` the one it is good for. `told`
    counts the approvers who were sent a notice. Nothing here opens anything: the device goes by the
    signatures that the grant carries.
    """

    class State(models.TextChoices):
        WAITING = "waiting", _("waiting for an answer")
        APPROVED = "approved", _("approved")
        REFUSED = "refused", _("refused")
        WITHDRAWN = "withdrawn", _("withdrawn")
        EXPIRED = "expired", _("expired without an answer")
        USED = "used", _("used")

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    organisation = models.ForeignKey(
        "people.Organisation", on_delete=models.PROTECT, related_name="+"
    )
    device = models.ForeignKey("devices.Device", on_delete=models.PROTECT, related_name="+")
    case = models.ForeignKey(
        "cases.Case", on_delete=models.PROTECT, related_name="+", null=True, blank=True
    )
    requester = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )
    session = models.UUIDField(unique=True, default=new_id, editable=False)
    capability = models.CharField(max_length=20)
    run_as = models.CharField(max_length=80, blank=True)
    target = models.CharField(max_length=262, blank=True)
    clause = models.IntegerField()
    needed = models.IntegerField()
    hold_minutes = models.IntegerField()
    reason = models.CharField(max_length=300)
    body = models.TextField()
    digest = models.CharField(max_length=80)
    state = models.CharField(max_length=10, choices=State.choices, default=State.WAITING)
    told = models.IntegerField(default=0)
    asked_at = models.DateTimeField()
    answer_by = models.DateTimeField()
    until = models.DateTimeField()
    ended_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-asked_at", "id"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(
                    state__in=["waiting", "approved", "refused", "withdrawn", "expired", "used"]
                ),
                name="access_approval_state_known",
            ),
            models.CheckConstraint(
                condition=models.Q(needed__gte=1), name="access_approval_needs_somebody"
            ),
        ]
        indexes = [
            models.Index(fields=["organisation", "state"], name="access_approval_by_state"),
        ]

    @override
    def __str__(self) -> str:
        return f"{self.state} {self.id}"


class ApprovalAnswer(models.Model):
    """One person's answer: a signed yes, or a no with its reason. Each person and key once."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    request = models.ForeignKey(ApprovalRequest, on_delete=models.CASCADE, related_name="answers")
    person = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    approves = models.BooleanField()
    reason = models.CharField(max_length=300, blank=True)
    key = models.CharField(max_length=400, blank=True)
    body = models.TextField(blank=True)
    signatures = models.JSONField(default=list)
    at = models.DateTimeField()
    holds_until = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["at", "id"]
        constraints = [
            models.UniqueConstraint(fields=["request", "person"], name="access_answer_person_once"),
            models.UniqueConstraint(
                fields=["request", "key"],
                condition=~models.Q(key=""),
                name="access_answer_key_once",
            ),
            models.CheckConstraint(
                condition=models.Q(approves=False) | ~models.Q(body=""),
                name="access_answer_yes_is_signed",
            ),
        ]

    @override
    def __str__(self) -> str:
        return f"{self.approves} {self.request_id}"
