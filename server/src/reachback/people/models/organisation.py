"""Organisation: the provider, a customer or a partner. The tenant everything else belongs to."""

from django.db import models
from django.utils.translation import gettext_lazy as _
from typing_extensions import override

from reachback.kernel.ids import new_id
from reachback.kernel.tenancy import TenantManager, TenantQuerySet
from reachback.people.models.zones import LANGUAGE_LENGTH, ZONE_LENGTH, validate_zone


class OrganisationQuerySet(TenantQuerySet["Organisation"]):
    """The organisations an actor may see: their own id is the tenant."""

    @classmethod
    @override
    def organisation_path(cls) -> str:
        return "id"


class OrganisationManager(TenantManager.from_queryset(OrganisationQuerySet)):  # type: ignore[misc]
    """Raises unless somebody said whose organisations are meant."""


class Organisation(models.Model):
    """Exactly one provider runs an installation; customers and partners are as many as you like."""

    class Kind(models.TextChoices):
        PROVIDER = "provider", _("provider")
        CUSTOMER = "customer", _("customer")
        PARTNER = "partner", _("partner")

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    kind = models.CharField(max_length=8, choices=Kind.choices)
    name = models.CharField(max_length=120)
    slug = models.SlugField(max_length=60, unique=True)
    zone = models.CharField(max_length=ZONE_LENGTH, default="UTC", validators=[validate_zone])
    language = models.CharField(max_length=LANGUAGE_LENGTH, default="en")
    #: Switched off: nobody of it can sign in; what happened stays on record.
    is_active = models.BooleanField(default=True)
    sample = models.BooleanField(default=False)

    objects = OrganisationManager()

    class Meta:
        ordering = ["name"]
        constraints = [
            models.CheckConstraint(
                name="people_organisation_kind",
                condition=models.Q(kind__in=["provider", "customer", "partner"]),
            ),
            models.CheckConstraint(
                name="people_organisation_named", condition=~models.Q(name="") & ~models.Q(slug="")
            ),
            models.UniqueConstraint(
                name="people_organisation_one_provider",
                fields=["kind"],
                condition=models.Q(kind="provider"),
            ),
        ]

    @override
    def __str__(self) -> str:
        return self.name

    @property
    def is_provider(self) -> bool:
        """Whether this organisation runs the installation."""
        return self.kind == self.Kind.PROVIDER
