"""SigningRound: a document whose bytes are settled and whose signatures are being collected."""

from django.db import models
from django.utils.translation import gettext_lazy as _
from typing_extensions import override

from reachback.kernel.ids import new_id
from reachback.kernel.tenancy import TenantModel


class SigningRound(TenantModel):
    """A contract or keyset on its way from signer to signer; `body` never changes.

    `announced`: signed in the portal and wider than what is in force, it waits until
    `takes_effect_at` so that every signer may stop it.
    """

    class State(models.TextChoices):
        COLLECTING = "collecting", _("being signed")
        ANNOUNCED = "announced", _("announced")
        PUBLISHED = "published", _("published")
        WITHDRAWN = "withdrawn", _("withdrawn")
        OVERTAKEN = "overtaken", _("overtaken")

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    organisation = models.ForeignKey(
        "people.Organisation", on_delete=models.PROTECT, related_name="+"
    )
    kind = models.CharField(max_length=40)
    keyset_serial = models.BigIntegerField()
    serial = models.BigIntegerField()
    title = models.CharField(max_length=200)
    body = models.TextField()
    digest = models.CharField(max_length=80, unique=True)
    signatures = models.JSONField(default=list)
    state = models.CharField(max_length=12, choices=State.choices, default=State.COLLECTING)
    prepared_at = models.DateTimeField()
    prepared_by_name = models.CharField(max_length=120)
    #: Whose hand each signature came by, by the key's fingerprint: `{fingerprint: {by, at}}`.
    collected = models.JSONField(default=dict)
    announced_at = models.DateTimeField(null=True, blank=True)
    takes_effect_at = models.DateTimeField(null=True, blank=True)
    closed_at = models.DateTimeField(null=True, blank=True)
    closed_by_name = models.CharField(max_length=120, blank=True)

    class Meta:
        ordering = ["-prepared_at"]
        constraints = [
            models.UniqueConstraint(
                fields=["organisation", "kind"],
                condition=models.Q(state__in=["collecting", "announced"]),
                name="access_round_one_open",
            ),
            models.CheckConstraint(
                condition=models.Q(
                    state__in=["collecting", "announced", "published", "withdrawn", "overtaken"]
                ),
                name="access_round_state_known",
            ),
            models.CheckConstraint(
                condition=~models.Q(state="announced") | models.Q(takes_effect_at__isnull=False),
                name="access_round_announced_for_a_time",
            ),
        ]

    @override
    def __str__(self) -> str:
        return f"{self.title} {self.keyset_serial}.{self.serial}"
