"""Team: agents who share a queue."""

from django.db import models
from typing_extensions import override

from reachback.kernel.ids import new_id
from reachback.kernel.tenancy import TenantManager, TenantModel, TenantQuerySet


class Team(TenantModel):
    """A team of the provider (`organisation`)."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    organisation = models.ForeignKey(
        "people.Organisation", on_delete=models.PROTECT, related_name="+"
    )
    name = models.CharField(max_length=80)
    about = models.CharField(max_length=200, blank=True)
    #: Switched off: given no new cases; what it did stays on record.
    is_active = models.BooleanField(default=True)
    sample = models.BooleanField(default=False)

    class Meta:
        ordering = ["name"]
        constraints = [
            models.UniqueConstraint(name="people_team_name_once", fields=["organisation", "name"]),
            models.CheckConstraint(name="people_team_named", condition=~models.Q(name="")),
        ]

    @override
    def __str__(self) -> str:
        return self.name


class TeamMembershipQuerySet(TenantQuerySet["TeamMembership"]):
    """Memberships by the team's organisation."""

    @classmethod
    @override
    def organisation_path(cls) -> str:
        return "team__organisation_id"


class TeamMembershipManager(TenantManager.from_queryset(TeamMembershipQuerySet)):  # type: ignore[misc]
    """Raises unless somebody said whose teams are meant."""


class TeamMembership(models.Model):
    """One person in one team, once."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    team = models.ForeignKey(Team, on_delete=models.CASCADE, related_name="memberships")
    user = models.ForeignKey("people.User", on_delete=models.CASCADE, related_name="team_rows")

    objects = TeamMembershipManager()

    class Meta:
        constraints = [
            models.UniqueConstraint(name="people_membership_once", fields=["team", "user"])
        ]
