"""Handover: a technician offers what runs in a session to a colleague, and what became of it."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _
from typing_extensions import override

from reachback.kernel.ids import new_id
from reachback.kernel.tenancy import TenantModel


class Handover(TenantModel):
    """One offer, with the giver's signed word. `organisation` is the customer's.

    `note` says in words how the matter stands and what comes next. `key` is the browser key the
    colleague's grant was made for. An offer nobody took ends by itself at `expires_at`.
    """

    class State(models.TextChoices):
        OFFERED = "offered", _("offered")
        ACCEPTED = "accepted", _("being taken over")
        TAKEN = "taken", _("taken over")
        WITHDRAWN = "withdrawn", _("withdrawn")

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    organisation = models.ForeignKey(
        "people.Organisation", on_delete=models.PROTECT, related_name="+"
    )
    session = models.ForeignKey(
        "access.AccessSession", on_delete=models.CASCADE, related_name="handovers"
    )
    giver = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    receiver = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )
    note = models.CharField(max_length=500)
    body = models.TextField()
    signatures = models.JSONField()
    state = models.CharField(max_length=10, choices=State.choices, default=State.OFFERED)
    key = models.CharField(max_length=200, blank=True)
    offered_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["offered_at", "id"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(state__in=["offered", "accepted", "taken", "withdrawn"]),
                name="access_handover_state_known",
            ),
            models.UniqueConstraint(
                fields=["session"],
                condition=models.Q(state__in=["offered", "accepted"]),
                name="access_handover_one_at_a_time",
            ),
        ]

    @override
    def __str__(self) -> str:
        return f"{self.state} {self.session_id}"
