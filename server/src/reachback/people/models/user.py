"""User: somebody who can sign in, at the provider, a customer or a partner."""

from typing import Any

from django.contrib.auth.models import AbstractBaseUser, BaseUserManager
from django.db import models
from django.db.models.functions import Lower
from django.utils.translation import gettext_lazy as _
from typing_extensions import override

from reachback.kernel.actors import Actor
from reachback.kernel.ids import new_id
from reachback.people.models.zones import LANGUAGE_LENGTH, ZONE_LENGTH, validate_zone


class UserQuerySet(models.QuerySet["User"]):
    """People. Sign-in must find anybody by address, so this one does not raise without a scope."""

    def visible_to(self, actor: Actor) -> "UserQuerySet":
        """The people of the organisations the actor may see."""
        if actor.sees_everything:
            return self
        return self.filter(organisation_id__in=actor.visible_organisations())


class UserManager(BaseUserManager.from_queryset(UserQuerySet)):  # type: ignore[misc]
    """Creates people with hashed passwords; addresses are kept in lower case."""

    def create_user(self, email: str, password: str | None = None, **fields: Any) -> "User":
        """A new person; without a password they sign in by passkey or a set-password mail."""
        user: User = self.model(email=email.strip().lower(), **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user

    @override
    def get_by_natural_key(self, username: str | None) -> "User":
        found: User = self.get(email__iexact=username)
        return found


class User(AbstractBaseUser):
    """E-mail is the name one signs in with; what one may do is in roles, reach and teams."""

    class Theme(models.TextChoices):
        SYSTEM = "system", _("as the device")
        LIGHT = "light", _("light")
        DARK = "dark", _("dark")

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    organisation = models.ForeignKey(
        "people.Organisation", on_delete=models.PROTECT, related_name="people"
    )
    email = models.EmailField(_("e-mail"), max_length=254, unique=True)
    name = models.CharField(_("name"), max_length=120)
    zone = models.CharField(
        _("time zone"), max_length=ZONE_LENGTH, default="UTC", validators=[validate_zone]
    )
    language = models.CharField(_("language"), max_length=LANGUAGE_LENGTH, default="en")
    theme = models.CharField(max_length=6, choices=Theme.choices, default=Theme.SYSTEM)
    single_keys = models.BooleanField(default=True)
    #: Provider's people: every customer, or only those in CustomerReach.
    every_customer = models.BooleanField(default=True)
    #: Customers' people: every site of theirs, or only those in SiteReach.
    every_site = models.BooleanField(default=True)
    is_active = models.BooleanField(default=True)
    sample = models.BooleanField(default=False)

    objects = UserManager()

    USERNAME_FIELD = "email"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS = ["name"]

    class Meta:
        ordering = ["name"]
        constraints = [
            models.CheckConstraint(
                name="people_user_email_lower", condition=models.Q(email=Lower("email"))
            ),
            models.CheckConstraint(
                name="people_user_named", condition=~models.Q(name="") & ~models.Q(email="")
            ),
            models.CheckConstraint(
                name="people_user_theme", condition=models.Q(theme__in=["system", "light", "dark"])
            ),
        ]

    @override
    def __str__(self) -> str:
        return self.name

    def get_full_name(self) -> str:
        """For libraries that ask the way Django's own user answers."""
        return self.name
