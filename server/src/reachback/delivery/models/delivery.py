"""Delivery: one message to one address, from the wish to what became of it."""

from django.db import models
from django.utils.translation import gettext_lazy as _
from typing_extensions import override

from reachback.delivery.models.address import Channel
from reachback.kernel.ids import new_id
from reachback.kernel.tenancy import TenantModel


class Delivery(TenantModel):
    """Waiting until delivered, refused for good, or not wanted by the person; never removed.

    `organisation` is empty for mail to an address that belongs to nobody here; only the
    provider's people see those.
    """

    class State(models.TextChoices):
        WAITING = "waiting", _("on its way")
        DELIVERED = "delivered", _("delivered")
        FAILED = "failed", _("failed")
        UNWANTED = "unwanted", _("not wanted")

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    organisation = models.ForeignKey(
        "people.Organisation", on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    person = models.ForeignKey(
        "people.User", on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )
    kind = models.CharField(max_length=60)
    channel = models.CharField(max_length=8, choices=Channel.choices)
    address = models.CharField(max_length=1000)
    subject = models.CharField(max_length=300)
    text = models.TextField(blank=True)
    html = models.TextField(blank=True)
    #: The page it is about, a path of ours; empty for none.
    href = models.CharField(max_length=300, blank=True)
    sender = models.CharField(max_length=300, blank=True)
    idempotency_key = models.CharField(max_length=200)
    state = models.CharField(max_length=10, choices=State.choices, default=State.WAITING)
    attempts = models.PositiveIntegerField(default=0)
    created_at = models.DateTimeField()
    last_attempt_at = models.DateTimeField(null=True, blank=True)
    next_attempt_at = models.DateTimeField(null=True, blank=True)
    finished_at = models.DateTimeField(null=True, blank=True)
    answer = models.CharField(max_length=500, blank=True)

    class Meta:
        ordering = ["-created_at"]
        verbose_name_plural = "deliveries"
        constraints = [
            models.UniqueConstraint(
                name="delivery_once", fields=["idempotency_key", "channel", "address"]
            ),
            models.CheckConstraint(
                name="delivery_state",
                condition=models.Q(state__in=["waiting", "delivered", "failed", "unwanted"]),
            ),
            models.CheckConstraint(
                name="delivery_finished",
                condition=models.Q(state="waiting", finished_at=None)
                | (~models.Q(state="waiting") & models.Q(finished_at__isnull=False)),
            ),
        ]
        indexes = [
            models.Index(fields=["person", "-created_at"], name="delivery_by_person"),
            models.Index(fields=["state", "-created_at"], name="delivery_by_state"),
        ]

    @override
    def __str__(self) -> str:
        return self.subject
