"""Recipe and RecipeVersion: three scripts that check, apply and verify, in this order."""

from typing import Any

from django.db import models
from django.utils.translation import gettext_lazy as _
from typing_extensions import override

from reachback.kernel.ids import new_id
from reachback.kernel.tenancy import TenantManager, TenantModel, TenantQuerySet


class Recipe(TenantModel):
    """A recipe of the provider's library (`organisation`); which scripts is its versions' matter.

    `latest` is the number of its newest version.
    """

    class Kind(models.TextChoices):
        DEB = "deb", _("Debian package (deb)")
        RPM = "rpm", _("RPM package (rpm)")
        PIP = "pip", _("Python package (pip)")
        MSI = "msi", _("Windows package (msi)")
        OTHER = "other", _("something else")

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    organisation = models.ForeignKey(
        "people.Organisation", on_delete=models.PROTECT, related_name="+"
    )
    name = models.CharField(max_length=80)
    about = models.CharField(max_length=300, blank=True)
    kind = models.CharField(max_length=8, choices=Kind.choices)
    latest = models.PositiveIntegerField(default=1)
    #: Retired: not offered any more; what ran stays on record.
    is_active = models.BooleanField(default=True)

    class Meta:
        ordering = ["name"]
        constraints = [
            models.UniqueConstraint(
                fields=["organisation", "name"], name="access_recipe_name_once"
            ),
            models.CheckConstraint(condition=~models.Q(name=""), name="access_recipe_named"),
            models.CheckConstraint(
                condition=models.Q(kind__in=["deb", "rpm", "pip", "other"]),
                name="access_recipe_kind_installs",
            ),
        ]

    @override
    def __str__(self) -> str:
        return self.name


class RecipeVersionQuerySet(TenantQuerySet["RecipeVersion"]):
    """Versions by their recipe's organisation."""

    @classmethod
    @override
    def organisation_path(cls) -> str:
        return "recipe__organisation_id"


class RecipeVersionManager(TenantManager.from_queryset(RecipeVersionQuerySet)):  # type: ignore[misc]
    """Raises unless somebody said whose versions are meant."""


class RecipeVersion(models.Model):
    """Three versions of scripts that share their parameters; never changed."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    recipe = models.ForeignKey(Recipe, on_delete=models.CASCADE, related_name="versions")
    number = models.PositiveIntegerField()
    check_step = models.ForeignKey(
        "access.ScriptVersion", on_delete=models.PROTECT, related_name="+"
    )
    apply_step = models.ForeignKey(
        "access.ScriptVersion", on_delete=models.PROTECT, related_name="+"
    )
    verify_step = models.ForeignKey(
        "access.ScriptVersion", on_delete=models.PROTECT, related_name="+"
    )
    note = models.CharField(max_length=300, blank=True)
    author_name = models.CharField(max_length=120)
    made_at = models.DateTimeField()

    objects = RecipeVersionManager()

    class Meta:
        ordering = ["-number"]
        constraints = [
            models.UniqueConstraint(fields=["recipe", "number"], name="access_recipe_version_once"),
        ]

    @override
    def __str__(self) -> str:
        return f"{self.recipe_id} {self.number}"

    @override
    def save(self, *args: Any, **kwargs: Any) -> None:
        """Insert; a version that exists is what somebody may have signed, and stays as it is."""
        if not self._state.adding:
            msg = "a recipe's version is never changed: make a new one"
            raise ValueError(msg)
        super().save(*args, **kwargs)
