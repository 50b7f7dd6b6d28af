"""RecipeRun: a recipe once on one device, step by step, and how far it came."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _
from typing_extensions import override

from reachback.kernel.ids import new_id
from reachback.kernel.tenancy import TenantModel


class RecipeRun(TenantModel):
    """A recipe from the press of Install to the end of its last step. `organisation`: customer's.

    Each step is a ScriptRun of its own, under a grant of its own. `step` is the one under way, or
    due when its run is not there yet; `found` is what the check said. `claimed_at` marks a step
    somebody is asking a grant for. `given` is what was typed.
    """

    class State(models.TextChoices):
        OPEN = "open", _("under way")
        DONE = "done", _("verified")
        FAILED = "failed", _("failed")
        UNKNOWN = "unknown", _("outcome unknown")
        LEFT = "left", _("left unfinished")

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    organisation = models.ForeignKey(
        "people.Organisation", on_delete=models.PROTECT, related_name="+"
    )
    version = models.ForeignKey(
        "access.RecipeVersion", on_delete=models.PROTECT, related_name="runs"
    )
    device = models.ForeignKey("devices.Device", on_delete=models.PROTECT, related_name="+")
    case = models.ForeignKey(
        "cases.Case", on_delete=models.PROTECT, related_name="+", null=True, blank=True
    )
    person = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    run_as = models.CharField(max_length=80)
    given = models.JSONField(default=dict)
    arguments = models.JSONField(default=list)
    state = models.CharField(max_length=8, choices=State.choices, default=State.OPEN)
    step = models.CharField(max_length=8, default="check")
    found = models.CharField(max_length=8, blank=True)
    outcome = models.CharField(max_length=20, blank=True)
    words = models.JSONField(default=list)
    check_run = models.OneToOneField(
        "access.ScriptRun", on_delete=models.PROTECT, related_name="+", null=True, blank=True
    )
    apply_run = models.OneToOneField(
        "access.ScriptRun", on_delete=models.PROTECT, related_name="+", null=True, blank=True
    )
    verify_run = models.OneToOneField(
        "access.ScriptRun", on_delete=models.PROTECT, related_name="+", null=True, blank=True
    )
    asked_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True, blank=True)
    claimed_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-asked_at"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(state__in=["open", "done", "failed", "unknown", "left"]),
                name="access_recipe_run_state_known",
            ),
            models.CheckConstraint(
                condition=models.Q(step__in=["check", "apply", "verify"]),
                name="access_recipe_run_step_known",
            ),
            models.CheckConstraint(
                condition=models.Q(state="open") | models.Q(ended_at__isnull=False),
                name="access_recipe_run_ended_at_a_time",
            ),
        ]
        indexes = [
            models.Index(fields=["device", "-asked_at"], name="access_recipe_run_by_device"),
        ]

    @override
    def __str__(self) -> str:
        return str(self.id)
