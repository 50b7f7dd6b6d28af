"""Skill: what an agent is good at, and how good."""

from django.db import models
from typing_extensions import override

from reachback.kernel.ids import new_id
from reachback.kernel.tenancy import TenantManager, TenantModel, TenantQuerySet


class Skill(TenantModel):
    """A skill the provider names, for example “Mandarin” or “guest registration”."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    organisation = models.ForeignKey(
        "people.Organisation", on_delete=models.PROTECT, related_name="+"
    )
    name = models.CharField(max_length=80)
    #: Switched off: not offered any more; who has it keeps it.
    is_active = models.BooleanField(default=True)

    class Meta:
        ordering = ["name"]
        constraints = [
            models.UniqueConstraint(name="people_skill_name_once", fields=["organisation", "name"])
        ]

    @override
    def __str__(self) -> str:
        return self.name


class AgentSkillQuerySet(TenantQuerySet["AgentSkill"]):
    """Skills of agents by the skill's organisation."""

    @classmethod
    @override
    def organisation_path(cls) -> str:
        return "skill__organisation_id"


class AgentSkillManager(TenantManager.from_queryset(AgentSkillQuerySet)):  # type: ignore[misc]
    """Raises unless somebody said whose skills are meant."""


class AgentSkill(models.Model):
    """One skill of one person at a level from 1 (learning) to 5 (teaches it)."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    skill = models.ForeignKey(Skill, on_delete=models.CASCADE, related_name="holders")
    user = models.ForeignKey("people.User", on_delete=models.CASCADE, related_name="skill_rows")
    level = models.PositiveSmallIntegerField()

    objects = AgentSkillManager()

    class Meta:
        constraints = [
            models.UniqueConstraint(name="people_agent_skill_once", fields=["skill", "user"]),
            models.CheckConstraint(
                name="people_agent_skill_level",
                condition=models.Q(level__gte=1) & models.Q(level__lte=5),
            ),
        ]
