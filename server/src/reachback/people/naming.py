"""What organisations are called, for the readers of the audit log."""

from collections.abc import Collection, Mapping
from uuid import UUID

from reachback.kernel import tenancy
from reachback.people.models import Organisation


def organisation_names(organisation_ids: Collection[UUID]) -> Mapping[UUID, str]:
    """Return the names of these organisations; whoever reads a log may know who acted in it."""
    with tenancy.every_organisation(reason="a log names the organisations that acted in it"):
        rows = Organisation.objects.filter(id__in=organisation_ids)
        return dict(rows.values_list("id", "name"))
