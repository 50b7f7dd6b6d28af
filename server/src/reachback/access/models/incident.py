"""AcceptedIncident: an incident of the front's that is in the log already."""

from django.db import models
from typing_extensions import override


class AcceptedIncident(models.Model):
    """The front tells an incident until we say so; its id makes the second time harmless."""

    incident = models.CharField(max_length=80, primary_key=True)
    accepted_at = models.DateTimeField()

    @override
    def __str__(self) -> str:
        return self.incident
