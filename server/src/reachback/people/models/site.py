"""Site: a place of an organisation, with its own clock and language."""

from typing import ClassVar

from django.db import models
from typing_extensions import override

from reachback.kernel.actors import Actor
from reachback.kernel.ids import new_id
from reachback.kernel.tenancy import TenantManager, TenantModel, TenantQuerySet
from reachback.people.models.zones import LANGUAGE_LENGTH, ZONE_LENGTH, validate_zone


class SiteQuerySet(TenantQuerySet["Site"]):
    """Narrowed by organisation, then by the sites a person is limited to."""

    @override
    def visible_to(self, actor: Actor) -> "SiteQuerySet":
        found = super().visible_to(actor)
        return found if actor.site_ids is None else found.filter(id__in=actor.site_ids)


class SiteManager(TenantManager.from_queryset(SiteQuerySet)):  # type: ignore[misc]
    """Raises unless somebody said whose sites are meant."""


class Site(TenantModel):
    """Where devices stand and people work."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    organisation = models.ForeignKey(
        "people.Organisation", on_delete=models.PROTECT, related_name="+"
    )
    name = models.CharField(max_length=120)
    city = models.CharField(max_length=80, blank=True)
    country = models.CharField(max_length=2, blank=True, help_text="ISO 3166-1 alpha-2")
    address = models.CharField(max_length=300, blank=True)
    zone = models.CharField(max_length=ZONE_LENGTH, default="UTC", validators=[validate_zone])
    language = models.CharField(max_length=LANGUAGE_LENGTH, default="en")
    #: Switched off: not offered any more; what happened there stays on record.
    is_active = models.BooleanField(default=True)
    sample = models.BooleanField(default=False)

    objects: ClassVar[SiteManager] = SiteManager()

    class Meta:
        ordering = ["name"]
        constraints = [
            models.UniqueConstraint(name="people_site_name_once", fields=["organisation", "name"]),
            models.CheckConstraint(name="people_site_named", condition=~models.Q(name="")),
        ]

    @override
    def __str__(self) -> str:
        return self.name
