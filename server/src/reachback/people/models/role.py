"""What a person may do (roles) and where (reach)."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from reachback.kernel.ids import new_id


class Role(models.TextChoices):
    """Roles of the provider's people, then of a customer's."""

    ADMINISTRATOR = "administrator", _("administrator")
    OPERATIONS_MANAGER = "operations-manager", _("operations manager")
    TECHNICIAN = "technician", _("technician")
    AUDITOR = "auditor", _("auditor")
    CUSTOMER_ADMINISTRATOR = "customer-administrator", _("administrator")
    CUSTOMER_MEMBER = "customer-member", _("member")


PROVIDER_ROLES = frozenset(
    {Role.ADMINISTRATOR, Role.OPERATIONS_MANAGER, Role.TECHNICIAN, Role.AUDITOR}
)
CUSTOMER_ROLES = frozenset({Role.CUSTOMER_ADMINISTRATOR, Role.CUSTOMER_MEMBER})


class RoleAssignment(models.Model):
    """One role of one person, once."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    user = models.ForeignKey("people.User", on_delete=models.CASCADE, related_name="role_rows")
    role = models.CharField(max_length=24, choices=Role.choices)

    class Meta:
        constraints = [
            models.UniqueConstraint(name="people_role_once", fields=["user", "role"]),
            models.CheckConstraint(
                name="people_role_known", condition=models.Q(role__in=[r.value for r in Role])
            ),
        ]


class CustomerReach(models.Model):
    """A customer that a limited person of the provider may see."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    user = models.ForeignKey("people.User", on_delete=models.CASCADE, related_name="reach_rows")
    organisation = models.ForeignKey(
        "people.Organisation", on_delete=models.CASCADE, related_name="+"
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(name="people_reach_once", fields=["user", "organisation"])
        ]


class SiteReach(models.Model):
    """A site that a limited person of a customer may see."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    user = models.ForeignKey("people.User", on_delete=models.CASCADE, related_name="site_rows")
    site = models.ForeignKey("people.Site", on_delete=models.CASCADE, related_name="+")

    class Meta:
        constraints = [
            models.UniqueConstraint(name="people_site_reach_once", fields=["user", "site"])
        ]
