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
    href = reverse("people_portal:people")
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
    return [*found, *(_agents_commands(actor) if actor.is_provider else _customers_commands(actor))]


def _agents_commands(actor: Actor) -> Sequence[PaletteItem]:
    own = actor.organisation_id
    found = [
        PaletteItem(label=_("Teams"), href=reverse("people:teams"), icon="team"),
        PaletteItem(
            label=_("Skills"),
            href=reverse("people:skills"),
            icon="skill",
            words=_("who can do what level language"),
        ),
    ]
    if own is not None:
        href = reverse("people:members", args=[own])
        words = _("agents roles colleagues")
        found.append(PaletteItem(label=_("Manage people"), href=href, icon="people", words=words))
    if policy.may_add_organisations(actor):
        href = reverse("people:new_organisation")
        words = _("add organisation partner")
        found.append(PaletteItem(label=_("New customer"), href=href, icon="plus", words=words))
    if policy.may_direct(actor):
        href = reverse("people:new_team")
        found.append(PaletteItem(label=_("New team"), href=href, icon="plus", words=_("add")))
    return found


def _customers_commands(actor: Actor) -> Sequence[PaletteItem]:
    own = actor.organisation_id
    if own is None or not policy.may_manage_people(actor, own):
        return []
    new = reverse("people_portal:new_person")
    return [
        PaletteItem(label=_("Add somebody"), href=new, icon="plus", words=_("person account")),
        PaletteItem(
            label=_("New contact"), href=reverse("people:new_contact", args=[own]), icon="plus"
        ),
        PaletteItem(label=_("New site"), href=reverse("people:new_site", args=[own]), icon="plus"),
    ]
