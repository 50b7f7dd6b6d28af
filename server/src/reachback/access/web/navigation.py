"""What access adds to every page's frame."""

from django.urls import reverse
from django.utils.translation import gettext as _

from reachback.access import policy
from reachback.access.approvals import rota
from reachback.kernel.actors import Actor
from reachback.ui.slots import NavigationItem


def sessions(actor: Actor) -> NavigationItem | None:
    """The provider's library of sessions."""
    if not actor.is_provider:
        return None
    href = reverse("access:sessions")
    return NavigationItem(
        label=_("Sessions"), href=href, icon="session", key="s", also=("/recordings/", "/locks/")
    )


def scripts(actor: Actor) -> NavigationItem | None:
    """The provider's library of scripts."""
    if not actor.is_provider:
        return None
    href = reverse("access:scripts")
    return NavigationItem(
        label=_("Scripts"), href=href, icon="command", key="x", also=("/runs/", "/recipes/")
    )


def _governs(actor: Actor) -> bool:
    own = actor.organisation_id
    return own is not None and not actor.is_provider and policy.may_govern(actor, own)


def contract(actor: Actor) -> NavigationItem | None:
    """The customer's contract."""
    if not _governs(actor):
        return None
    href = reverse("access_portal:contract")
    return NavigationItem(
        label=_("Contract"),
        href=href,
        icon="contract",
        audience="portal",
        also=("/portal/scripts/",),
    )


def approvals(actor: Actor) -> NavigationItem | None:
    """What the customer's approvers are asked."""
    own = actor.organisation_id
    if own is None or actor.is_provider:
        return None
    if not _governs(actor) and not rota.keys(own).filter(person_id=actor.id).exists():
        return None
    href = reverse("access_portal:approvals")
    return NavigationItem(label=_("Approvals"), href=href, icon="signature", audience="portal")


def my_sessions(actor: Actor) -> NavigationItem | None:
    """Who was in the customer's systems."""
    if not _governs(actor):
        return None
    href = reverse("access_portal:sessions")
    return NavigationItem(
        label=_("Sessions"),
        href=href,
        icon="session",
        audience="portal",
        also=("/recordings/",),
    )
