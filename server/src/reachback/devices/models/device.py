"""Device: one machine at a customer's site, known by the key it made itself."""

from django.db import models
from django.utils.translation import gettext_lazy as _
from typing_extensions import override

from reachback.kernel.ids import new_id
from reachback.kernel.tenancy import TenantModel


class Device(TenantModel):
    """A machine with a connector. `generation` is the fencing token of its newest link.

    A device without a customer-signed statement (`pinned` false) may only report its health.
    `resting` is a device in on-demand mode between two contacts.
    `hold` is `health` after a clone or a stolen key was seen; people lift it by enrolling anew.
    """

    class LinkState(models.TextChoices):
        NEVER = "never", _("never linked")
        LINKED = "linked", _("linked")
        LOST = "lost", _("link lost")
        RESTING = "resting", _("on demand")

    class Health(models.TextChoices):
        UNKNOWN = "unknown", _("not reported yet")
        OK = "ok", _("well")
        FAILED = "failed", _("failing")

    class Hold(models.TextChoices):
        NONE = "none", _("none")
        HEALTH = "health", _("health only")

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    organisation = models.ForeignKey(
        "people.Organisation", on_delete=models.PROTECT, related_name="+"
    )
    site = models.ForeignKey(
        "people.Site", on_delete=models.PROTECT, related_name="+", null=True, blank=True
    )
    name = models.CharField(max_length=80)
    tags = models.JSONField(default=list)
    key = models.CharField(max_length=200, blank=True)
    fingerprint = models.CharField(max_length=60, blank=True)
    hostname = models.CharField(max_length=120, blank=True)
    system = models.CharField(max_length=200, blank=True)
    connector = models.CharField(max_length=60, blank=True)
    machine = models.CharField(max_length=80, blank=True)
    instance = models.CharField(max_length=80, blank=True)
    boot = models.CharField(max_length=80, blank=True)
    counter = models.BigIntegerField(default=0)
    generation = models.BigIntegerField(default=0)
    node = models.CharField(max_length=60, blank=True)
    hold = models.CharField(max_length=8, choices=Hold.choices, default=Hold.NONE)
    pinned = models.BooleanField(default=False)
    contract_held = models.CharField(max_length=80, blank=True)
    #: How far its clock was ahead of ours at its last HELLO (behind: negative); 0 if it agrees.
    clock_offset_ms = models.BigIntegerField(default=0)
    link_state = models.CharField(max_length=8, choices=LinkState.choices, default=LinkState.NEVER)
    link_since = models.DateTimeField(null=True, blank=True)
    #: When it is in contact, as it says itself; empty: it holds its link all the time.
    contact = models.JSONField(default=dict, blank=True)
    contact_next = models.DateTimeField(null=True, blank=True)
    last_seen = models.DateTimeField(null=True, blank=True)
    health = models.CharField(max_length=8, choices=Health.choices, default=Health.UNKNOWN)
    enrolled_at = models.DateTimeField()
    sample = models.BooleanField(default=False)

    class Meta:
        ordering = ["name", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["key"], condition=~models.Q(key=""), name="devices_device_key_once"
            ),
            models.CheckConstraint(
                condition=models.Q(hold__in=["none", "health"]), name="devices_device_hold_known"
            ),
            models.CheckConstraint(
                condition=models.Q(link_state__in=["never", "linked", "lost", "resting"]),
                name="devices_device_link_state_known",
            ),
            models.CheckConstraint(
                condition=models.Q(health__in=["unknown", "ok", "failed"]),
                name="devices_device_health_known",
            ),
            models.CheckConstraint(
                condition=models.Q(generation__gte=0), name="devices_device_generation_counts"
            ),
        ]
        indexes = [models.Index(fields=["organisation", "name"], name="devices_device_by_org")]

    @override
    def __str__(self) -> str:
        return self.name
