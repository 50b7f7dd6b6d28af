"""What people adds to every page's frame."""

from collections.abc import Sequence

from django.urls import reverse
from django.utils.translation import gettext as _

from reachback.kernel.actors import Actor
from reachback.people import policy
from reachback.ui.slots import MenuItem, NavigationItem, PaletteItem


def organisations(actor: Actor) -> NavigationItem | None:
    """The provider's people see customers."""
    if not actor.is_provider:
        return None
    href = reverse("people:organisations")
    return NavigationItem(label=_("Customers"), href=href, icon="organisation", key="c")


def members(actor: Actor) -> NavigationItem | None:
    """A customer's administrator manages their own people."""
    if actor.is_provider or actor.organisation_id is None:
        return None
    if not policy.may_manage_people(actor, actor.organisation_id):
        return None
    href = reverse("people:members", args=[actor.organisation_id])
    return NavigationItem(label=_("People"), href=href, icon="people", audience="portal")


def settings(actor: Actor) -> MenuItem:
    """Everybody has settings."""
    return MenuItem(label=_("Your settings"), href=reverse("people:settings"), icon="settings")


def security(actor: Actor) -> MenuItem:
    """Everybody has a way to sign in."""
    return MenuItem(label=_("Sign-in and security"), href=reverse("mfa_index"), icon="shield")


def sign_out(actor: Actor) -> MenuItem:
    """A form, because signing out changes something."""
    href = reverse("account_logout")
    return MenuItem(label=_("Sign out"), href=href, icon="sign-out", method="post")


def commands(actor: Actor) -> Sequence[PaletteItem]:
    """The same by name."""
    found = [
        PaletteItem(
            label=_("Your settings"),
            href=reverse("people:settings"),
            icon="settings",
            words=_("name zone language theme keys"),
        ),
        PaletteItem(
            label=_("Sign-in and security"),
            href=reverse("mfa_index"),
            icon="passkey",
            words=_("passkey password authenticator codes"),
        ),
    ]
    own = actor.organisation_id
    if own is not None and policy.may_manage_people(actor, own):
        href = reverse("people:members", args=[own])
        found.append(PaletteItem(label=_("Manage people"), href=href, icon="people"))
    return found
