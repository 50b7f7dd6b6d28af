"""Script and ScriptVersion: what the provider may ask a customer's leave to run."""

from typing import Any

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _
from typing_extensions import override

from reachback.kernel.ids import new_id
from reachback.kernel.tenancy import TenantManager, TenantModel, TenantQuerySet


class Script(TenantModel):
    """A script of the provider's library (`organisation`), by its name; its texts are versions.

    `latest` is the number of its newest version.
    """

    class Purpose(models.TextChoices):
        SCRIPT = "script", _("script")
        CHECK = "check", _("check of a recipe")
        APPLY = "apply", _("apply of a recipe")
        VERIFY = "verify", _("verify of a recipe")

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    organisation = models.ForeignKey(
        "people.Organisation", on_delete=models.PROTECT, related_name="+"
    )
    name = models.CharField(max_length=80)
    about = models.CharField(max_length=300, blank=True)
    purpose = models.CharField(max_length=8, choices=Purpose.choices, default=Purpose.SCRIPT)
    latest = models.PositiveIntegerField(default=1)
    #: Retired: not offered any more; what ran stays on record.
    is_active = models.BooleanField(default=True)

    class Meta:
        ordering = ["name"]
        constraints = [
            models.UniqueConstraint(
                fields=["organisation", "name"], name="access_script_name_once"
            ),
            models.CheckConstraint(condition=~models.Q(name=""), name="access_script_named"),
            models.CheckConstraint(
                condition=models.Q(purpose__in=["script", "check", "apply", "verify"]),
                name="access_script_purpose_known",
            ),
        ]

    @override
    def __str__(self) -> str:
        return self.name


class ScriptVersionQuerySet(TenantQuerySet["ScriptVersion"]):
    """Versions by their script's organisation."""

    @classmethod
    @override
    def organisation_path(cls) -> str:
        return "script__organisation_id"


class ScriptVersionManager(TenantManager.from_queryset(ScriptVersionQuerySet)):  # type: ignore[misc]
    """Raises unless somebody said whose versions are meant."""


class ScriptVersion(models.Model):
    """One text, never changed: customers sign its `digest`. Sizes and `output_limit` are bytes."""

    class Interpreter(models.TextChoices):
        SH = "sh", "sh"
        BASH = "bash", "bash"
        PYTHON = "python3", "Python 3"
        POWERSHELL = "powershell", "PowerShell"

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    script = models.ForeignKey(Script, on_delete=models.CASCADE, related_name="versions")
    number = models.PositiveIntegerField()
    text = models.TextField()
    digest = models.CharField(max_length=80, db_index=True)
    size = models.PositiveIntegerField()
    interpreter = models.CharField(max_length=12, choices=Interpreter.choices)
    parameters = models.JSONField(default=list)
    time_limit = models.PositiveIntegerField()
    output_limit = models.PositiveIntegerField()
    note = models.CharField(max_length=300, blank=True)
    author = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", null=True, blank=True
    )
    author_name = models.CharField(max_length=120)
    made_at = models.DateTimeField()

    objects = ScriptVersionManager()

    class Meta:
        ordering = ["-number"]
        constraints = [
            models.UniqueConstraint(fields=["script", "number"], name="access_version_once"),
            models.CheckConstraint(
                condition=models.Q(interpreter__in=["sh", "bash", "python3"]),
                name="access_version_interpreter_runs",
            ),
            models.CheckConstraint(
                condition=models.Q(size__gte=1, size__lte=65_536), name="access_version_size"
            ),
            models.CheckConstraint(
                condition=models.Q(time_limit__gte=1, time_limit__lte=86_400),
                name="access_version_time_limit",
            ),
            models.CheckConstraint(
                condition=models.Q(output_limit__gte=1, output_limit__lte=16_777_216),
                name="access_version_output_limit",
            ),
        ]

    @override
    def __str__(self) -> str:
        return f"{self.script_id} {self.number}"

    @override
    def save(self, *args: Any, **kwargs: Any) -> None:
        """Insert; a version that exists is what somebody may have signed, and stays as it is."""
        if not self._state.adding:
            msg = "a script's version is never changed: make a new one"
            raise ValueError(msg)
        super().save(*args, **kwargs)
