"""LinkTicket: the right of one browser key to join one session, for 30 seconds, once."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _
from typing_extensions import override

from reachback.kernel.ids import new_id


class LinkTicket(models.Model):
    """A one-time ticket, kept as a hash and bound to the browser's session key."""

    class May(models.TextChoices):
        OPEN = "open", _("open channels")
        WATCH = "watch", _("watch")

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    ticket_hash = models.CharField(max_length=64, unique=True)
    session = models.ForeignKey(
        "access.AccessSession", on_delete=models.CASCADE, related_name="tickets"
    )
    person = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    key = models.CharField(max_length=200)
    may = models.CharField(max_length=8, choices=May.choices)
    issued_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    spent_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(may__in=["open", "watch"]), name="access_ticket_may_known"
            ),
        ]

    @override
    def __str__(self) -> str:
        return f"{self.may} {self.session_id}"
