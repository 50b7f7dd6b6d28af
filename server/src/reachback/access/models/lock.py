"""Lock: the provider shuts somebody, something, a customer or everything out of remote access."""

from django.db import models
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from typing_extensions import override

from reachback.kernel.ids import new_id


class Lock(models.Model):
    """No session begins, and none goes on, for what it names, until it is lifted.

    `target` is the id of what is locked, "" for everything; `organisation` is the customer whose
    device or whose everything it is, null for a person and for all. Rows stay as history.
    """

    class Scope(models.TextChoices):
        PERSON = "person", gettext_lazy("a person")
        DEVICE = "device", gettext_lazy("a device")
        CUSTOMER = "customer", gettext_lazy("a customer")
        EVERYTHING = "everything", gettext_lazy("everything")

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    scope = models.CharField(max_length=10, choices=Scope.choices)
    target = models.CharField(max_length=36, blank=True)
    name = models.CharField(max_length=200, blank=True)
    organisation = models.ForeignKey(
        "people.Organisation", on_delete=models.PROTECT, related_name="+", null=True, blank=True
    )
    reason = models.CharField(max_length=200)
    placed_by = models.CharField(max_length=120)
    placed_at = models.DateTimeField()
    lifted_by = models.CharField(max_length=120, blank=True)
    lifted_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-placed_at"]
        constraints = [
            models.UniqueConstraint(
                fields=["scope", "target"],
                condition=models.Q(lifted_at__isnull=True),
                name="access_lock_once",
            ),
            models.CheckConstraint(
                condition=models.Q(scope="everything") ^ ~models.Q(target=""),
                name="access_lock_names_its_target",
            ),
        ]

    @override
    def __str__(self) -> str:
        return f"{self.scope} {self.name}".strip()

    @property
    def what(self) -> str:
        """What is locked, in words."""
        words = {
            self.Scope.PERSON: _("all remote access by %(name)s"),
            self.Scope.DEVICE: _("all remote access to %(name)s"),
            self.Scope.CUSTOMER: _("all remote access to %(name)s's devices"),
            self.Scope.EVERYTHING: _("all remote access to every device"),
        }
        return words[self.Scope(self.scope)] % {"name": self.name}

    @property
    def sentence(self) -> str:
        """Who locked what, and why: for everybody it stops."""
        words = _("%(who)s locked %(what)s: %(reason)s.")
        reason = self.reason.rstrip(".")
        return words % {"who": self.placed_by, "what": self.what, "reason": reason}
