"""ScriptRun: one script, once, on one device, and what the device said came of it."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _
from typing_extensions import override

from reachback.kernel.ids import new_id
from reachback.kernel.tenancy import TenantModel


class ScriptRun(TenantModel):
    """A run from the press of Run to the device's account of it. `organisation` is the customer's.

    `arguments` are as signed. What came of it is the device's testimony (link.md, EXEC).
    """

    class State(models.TextChoices):
        ASKED = "asked", _("about to begin")
        RUNNING = "running", _("running")
        ENDED = "ended", _("ended")
        REFUSED = "refused", _("refused")

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    organisation = models.ForeignKey(
        "people.Organisation", on_delete=models.PROTECT, related_name="+"
    )
    session = models.OneToOneField(
        "access.AccessSession", on_delete=models.PROTECT, related_name="run"
    )
    version = models.ForeignKey(
        "access.ScriptVersion", on_delete=models.PROTECT, related_name="runs"
    )
    device = models.ForeignKey("devices.Device", on_delete=models.PROTECT, related_name="+")
    case = models.ForeignKey(
        "cases.Case", on_delete=models.PROTECT, related_name="+", null=True, blank=True
    )
    person = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    run_as = models.CharField(max_length=80)
    arguments = models.JSONField(default=list)
    state = models.CharField(max_length=8, choices=State.choices, default=State.ASKED)
    asked_at = models.DateTimeField()
    began_at = models.DateTimeField(null=True, blank=True)
    ended_at = models.DateTimeField(null=True, blank=True)
    status = models.IntegerField(null=True, blank=True)
    signal = models.CharField(max_length=20, blank=True)
    reason = models.CharField(max_length=40, blank=True)
    sentence = models.CharField(max_length=300, blank=True)
    output_bytes = models.BigIntegerField(default=0)
    error_bytes = models.BigIntegerField(default=0)
    output_digest = models.CharField(max_length=80, blank=True)
    error_digest = models.CharField(max_length=80, blank=True)

    class Meta:
        ordering = ["-asked_at"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(state__in=["asked", "running", "ended", "refused"]),
                name="access_run_state_known",
            ),
        ]
        indexes = [
            models.Index(fields=["device", "-asked_at"], name="access_run_by_device"),
            models.Index(fields=["case", "-asked_at"], name="access_run_by_case"),
        ]

    @override
    def __str__(self) -> str:
        return str(self.id)
