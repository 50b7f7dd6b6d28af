"""A service level: targets on a calendar, and how urgent an alert is."""

from django.db import models

from reachback.kernel.ids import new_id


class ServiceLevel(models.Model):
    """What the provider promises under a name ("Gold").

    `checks` is an ordered list of [pattern, priority] for alerts; `remote_team` is where a case
    about a device is dispatched first.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    name = models.CharField(max_length=80, unique=True)
    calendar = models.ForeignKey("calendars.Calendar", models.PROTECT, related_name="+")
    checks = models.JSONField(default=list, blank=True)
    remote_team = models.ForeignKey(
        "people.Team", models.SET_NULL, null=True, blank=True, related_name="+"
    )
    sample = models.BooleanField(default=False)

    class Meta:
        ordering = ("name",)


class Target(models.Model):
    """Business minutes allowed for one priority of a service level; null promises nothing."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    service_level = models.ForeignKey(ServiceLevel, models.CASCADE, related_name="targets")
    priority = models.PositiveSmallIntegerField()
    first_response = models.PositiveIntegerField(null=True, blank=True)
    next_response = models.PositiveIntegerField(null=True, blank=True)
    resolve = models.PositiveIntegerField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=("service_level", "priority"), name="agreements_target_once"
            ),
            models.CheckConstraint(
                condition=models.Q(priority__gte=1, priority__lte=4),
                name="agreements_target_priority",
            ),
        ]
