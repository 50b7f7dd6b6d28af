"""AccessSession: one technician on one device under one clause, and what came of it."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _
from typing_extensions import override

from reachback.kernel.ids import new_id
from reachback.kernel.tenancy import TenantModel


class AccessSession(TenantModel):
    """A session from the press of Connect to its end. `organisation` is the customer's.

    `words` is the session told in sentences, computed from the recording when it ended.
    """

    class State(models.TextChoices):
        READY = "ready", _("about to begin")
        LIVE = "live", _("live")
        ENDED = "ended", _("ended")

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    organisation = models.ForeignKey(
        "people.Organisation", on_delete=models.PROTECT, related_name="+"
    )
    device = models.ForeignKey("devices.Device", on_delete=models.PROTECT, related_name="+")
    case = models.ForeignKey(
        "cases.Case", on_delete=models.PROTECT, related_name="+", null=True, blank=True
    )
    technician = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )
    contract = models.ForeignKey(
        "access.ContractDocument", on_delete=models.PROTECT, related_name="+"
    )
    session_key = models.CharField(max_length=200)
    clause = models.IntegerField()
    sentence = models.CharField(max_length=1000)
    capabilities = models.JSONField(default=list)
    run_as = models.CharField(max_length=80, blank=True)
    # A tunnel's `host:port`, and whether its page is opened in the browser or by the command.
    target = models.CharField(max_length=262, blank=True)
    in_browser = models.BooleanField(default=False)
    state = models.CharField(max_length=8, choices=State.choices, default=State.READY)
    asked_at = models.DateTimeField()
    started_at = models.DateTimeField(null=True, blank=True)
    ended_at = models.DateTimeField(null=True, blank=True)
    expires_at = models.DateTimeField()
    #: A restart that waits on the device: when it is to happen.
    planned_for = models.DateTimeField(null=True, blank=True)
    end_code = models.CharField(max_length=40, blank=True)
    end_sentence = models.CharField(max_length=300, blank=True)
    words = models.JSONField(default=list)
    sample = models.BooleanField(default=False)

    class Meta:
        ordering = ["-asked_at"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(state__in=["ready", "live", "ended"]),
                name="access_session_state_known",
            ),
            models.CheckConstraint(
                condition=~models.Q(state="ended") | models.Q(ended_at__isnull=False),
                name="access_session_ended_at_a_time",
            ),
        ]
        indexes = [
            models.Index(fields=["organisation", "state"], name="access_session_by_state"),
            models.Index(fields=["device", "-asked_at"], name="access_session_by_device"),
        ]

    @override
    def __str__(self) -> str:
        return str(self.id)


class SessionChannel(models.Model):
    """One channel of a session, by its signed key `SESSION.N`."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    session = models.ForeignKey(AccessSession, on_delete=models.CASCADE, related_name="channels")
    key = models.CharField(max_length=80, unique=True)
    kind = models.CharField(max_length=20)
    opened_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True, blank=True)
    end_code = models.CharField(max_length=40, blank=True)
    # What the device said of a tunnel's connection when it ended: how, bytes, SHA-256.
    account = models.JSONField(default=dict)

    class Meta:
        ordering = ["opened_at"]

    @override
    def __str__(self) -> str:
        return self.key


class SessionEvent(models.Model):
    """What the front said happened in a session, once per event id."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    session = models.ForeignKey(AccessSession, on_delete=models.CASCADE, related_name="events")
    event = models.CharField(max_length=80)
    kind = models.CharField(max_length=30)
    at = models.DateTimeField()
    data = models.JSONField(default=dict)

    class Meta:
        ordering = ["at", "id"]
        constraints = [
            models.UniqueConstraint(fields=["session", "event"], name="access_event_once"),
        ]

    @override
    def __str__(self) -> str:
        return f"{self.kind} {self.at:%H:%M:%S}"
