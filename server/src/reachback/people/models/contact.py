"""Contact: a person at a customer, who need not be able to sign in."""

from django.db import models
from django.db.models.functions import Lower
from django.utils.translation import gettext_lazy as _
from typing_extensions import override

from reachback.kernel.ids import new_id
from reachback.kernel.tenancy import TenantManager, TenantModel, TenantQuerySet


class Contact(TenantModel):
    """Somebody a case can be about; joined to a user once they sign in."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    organisation = models.ForeignKey(
        "people.Organisation", on_delete=models.PROTECT, related_name="+"
    )
    site = models.ForeignKey(
        "people.Site", on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )
    user = models.OneToOneField(
        "people.User", on_delete=models.SET_NULL, null=True, blank=True, related_name="contact"
    )
    name = models.CharField(max_length=120)
    job = models.CharField(max_length=80, blank=True)
    language = models.CharField(max_length=16, default="en")
    #: Switched off: not offered any more.
    is_active = models.BooleanField(default=True)
    sample = models.BooleanField(default=False)

    class Meta:
        ordering = ["name"]
        constraints = [
            models.CheckConstraint(name="people_contact_named", condition=~models.Q(name="")),
        ]

    @override
    def __str__(self) -> str:
        return self.name


class ContactAddressQuerySet(TenantQuerySet["ContactAddress"]):
    """Addresses by the contact's organisation."""

    @classmethod
    @override
    def organisation_path(cls) -> str:
        return "contact__organisation_id"


class ContactAddressManager(TenantManager.from_queryset(ContactAddressQuerySet)):  # type: ignore[misc]
    """Raises unless somebody said whose addresses are meant."""


class ContactAddress(models.Model):
    """How a contact is reached, and recognised when they write or call."""

    class Kind(models.TextChoices):
        EMAIL = "email", _("e-mail")
        PHONE = "phone", _("phone")

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    contact = models.ForeignKey(Contact, on_delete=models.CASCADE, related_name="addresses")
    kind = models.CharField(max_length=8, choices=Kind.choices)
    value = models.CharField(max_length=254)

    objects = ContactAddressManager()

    class Meta:
        ordering = ["kind", "value"]
        constraints = [
            models.UniqueConstraint(
                "contact", "kind", Lower("value"), name="people_contact_address_once"
            ),
            models.CheckConstraint(
                name="people_contact_address_kind",
                condition=models.Q(kind__in=["email", "phone"]) & ~models.Q(value=""),
            ),
        ]

    @override
    def __str__(self) -> str:
        return self.value
