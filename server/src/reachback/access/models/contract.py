"""ContractDocument: what the customer signed about who may do what on their devices."""

from django.db import models
from django.utils.translation import gettext_lazy as _
from typing_extensions import override

from reachback.kernel.ids import new_id
from reachback.kernel.tenancy import TenantModel


class ContractDocument(TenantModel):
    """One signed `reachback-contract`. The order is (keyset, serial); one runs per customer."""

    class State(models.TextChoices):
        RUNNING = "running", _("in force")
        SUPERSEDED = "superseded", _("replaced")
        EXPIRED = "expired", _("expired")

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    organisation = models.ForeignKey(
        "people.Organisation", on_delete=models.PROTECT, related_name="+"
    )
    keyset_serial = models.BigIntegerField()
    serial = models.BigIntegerField()
    title = models.CharField(max_length=200)
    body = models.TextField()
    signatures = models.JSONField()
    digest = models.CharField(max_length=80, unique=True)
    state = models.CharField(max_length=10, choices=State.choices, default=State.RUNNING)
    effective = models.DateTimeField()
    expires = models.DateTimeField()
    published_at = models.DateTimeField()

    class Meta:
        ordering = ["-keyset_serial", "-serial"]
        constraints = [
            models.UniqueConstraint(
                fields=["organisation", "keyset_serial", "serial"],
                name="access_contract_serial_once",
            ),
            models.UniqueConstraint(
                fields=["organisation"],
                condition=models.Q(state="running"),
                name="access_contract_one_running",
            ),
            models.CheckConstraint(
                condition=models.Q(state__in=["running", "superseded", "expired"]),
                name="access_contract_state_known",
            ),
        ]

    @override
    def __str__(self) -> str:
        return f"{self.title} {self.keyset_serial}.{self.serial}"
