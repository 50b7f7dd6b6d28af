"""Reading people. Every question starts from what the actor may see."""

from uuid import UUID

from django.contrib.auth.base_user import AbstractBaseUser
from django.contrib.auth.models import AnonymousUser
from django.db.models import Prefetch, QuerySet

from reachback.kernel import tenancy
from reachback.kernel.actors import Actor
from reachback.people import errors
from reachback.people.models import (
    CUSTOMER_ROLES,
    PROVIDER_ROLES,
    AgentSkill,
    Contact,
    ContactAddress,
    Organisation,
    Site,
    Skill,
    Team,
    TeamMembership,
    User,
)


def actor_for(user: AbstractBaseUser | AnonymousUser) -> Actor | None:
    """Who this person is to every policy; None for a visitor, or what is switched off."""
    if not isinstance(user, User) or not user.is_active:
        return None
    with tenancy.every_organisation(reason="an actor is what every scope is made from"):
        if not user.organisation.is_active:
            return None
        is_provider = user.organisation.is_provider
        fitting = PROVIDER_ROLES if is_provider else CUSTOMER_ROLES
        held = frozenset(user.role_rows.values_list("role", flat=True))
        return Actor(
            kind="person",
            id=user.id,
            name=user.name,
            organisation_id=user.organisation_id,
            is_provider=is_provider,
            roles=held & {str(role) for role in fitting},
            team_ids=frozenset(user.team_rows.values_list("team_id", flat=True)),
            customer_ids=_customer_ids(user, is_provider=is_provider),
            zone=user.zone,
            language=user.language,
            site_ids=_site_ids(user, is_provider=is_provider),
        )


def _customer_ids(user: User, *, is_provider: bool) -> frozenset[UUID] | None:
    if not is_provider:
        return frozenset({user.organisation_id})
    if user.every_customer:
        return None
    return frozenset(user.reach_rows.values_list("organisation_id", flat=True))


def _site_ids(user: User, *, is_provider: bool) -> frozenset[UUID] | None:
    if is_provider or user.every_site:
        return None
    return frozenset(user.site_rows.values_list("site_id", flat=True))


def organisations(actor: Actor) -> QuerySet[Organisation]:
    """Every organisation the actor may see, by name."""
    found: QuerySet[Organisation] = Organisation.objects.visible_to(actor)
    return found


def customers(actor: Actor) -> QuerySet[Organisation]:
    """The customers among them."""
    return organisations(actor).filter(kind=Organisation.Kind.CUSTOMER)


def organisation(actor: Actor, organisation_id: UUID) -> Organisation:
    """One organisation; NoSuchOrganisation if it is not there or not the actor's to see."""
    found = organisations(actor).filter(id=organisation_id).first()
    if found is None:
        raise errors.NoSuchOrganisation(organisation_id)
    return found


def provider() -> Organisation | None:
    """The organisation that runs this installation, once it has been created."""
    with tenancy.every_organisation(reason="there is one provider and everybody may know its name"):
        found: Organisation | None = Organisation.objects.filter(
            kind=Organisation.Kind.PROVIDER
        ).first()
    return found


def sites(actor: Actor, organisation_id: UUID | None = None) -> QuerySet[Site]:
    """The sites the actor may see and choose, of one organisation if named."""
    return every_site(actor, organisation_id).filter(is_active=True)


def every_site(actor: Actor, organisation_id: UUID | None = None) -> QuerySet[Site]:
    """The same with those that are switched off."""
    found: QuerySet[Site] = Site.objects.visible_to(actor).select_related("organisation")
    return found if organisation_id is None else found.filter(organisation_id=organisation_id)


def site(actor: Actor, site_id: UUID) -> Site:
    """One site; NoSuchSite if it is not there or not the actor's to see."""
    found = every_site(actor).filter(id=site_id).first()
    if found is None:
        raise errors.NoSuchSite(site_id)
    return found


def contacts(actor: Actor, organisation_id: UUID | None = None) -> QuerySet[Contact]:
    """The contacts the actor may see, with their addresses; of one organisation if named."""
    found: QuerySet[Contact] = (
        Contact.objects.visible_to(actor)
        .select_related("site")
        .prefetch_related(Prefetch("addresses", ContactAddress.objects.visible_to(actor)))
    )
    if actor.site_ids is not None:
        found = found.filter(site_id__in=actor.site_ids)
    return found if organisation_id is None else found.filter(organisation_id=organisation_id)


def contact(actor: Actor, contact_id: UUID) -> Contact:
    """One contact; NoSuchContact if not there or not the actor's to see."""
    found = contacts(actor).select_related("organisation", "site").filter(id=contact_id).first()
    if found is None:
        raise errors.NoSuchContact(contact_id)
    return found


def people(actor: Actor, organisation_id: UUID | None = None) -> QuerySet[User]:
    """The people the actor may see, the switched-off ones too; of one organisation if named."""
    found: QuerySet[User] = User.objects.visible_to(actor).prefetch_related("role_rows")
    return found if organisation_id is None else found.filter(organisation_id=organisation_id)


def person(actor: Actor, person_id: UUID) -> User:
    """One person; NoSuchPerson if not there or not the actor's to see."""
    found = people(actor).select_related("organisation").filter(id=person_id).first()
    if found is None:
        raise errors.NoSuchPerson(person_id)
    return found


def agents(actor: Actor) -> QuerySet[User]:
    """The provider's people who can work; empty for customers (they see names on their cases)."""
    found: QuerySet[User] = User.objects.visible_to(actor).filter(
        organisation__kind=Organisation.Kind.PROVIDER, is_active=True
    )
    return found if actor.is_provider else found.none()


def teams(actor: Actor) -> QuerySet[Team]:
    """The provider's teams to choose from; empty for customers."""
    return every_team(actor).filter(is_active=True)


def every_team(actor: Actor) -> QuerySet[Team]:
    """The same with those that are switched off."""
    found: QuerySet[Team] = Team.objects.visible_to(actor)
    return found if actor.is_provider else found.none()


def team(actor: Actor, team_id: UUID) -> Team:
    """One team; NoSuchTeam if not there or not the actor's to see."""
    found = every_team(actor).filter(id=team_id).first()
    if found is None:
        raise errors.NoSuchTeam(team_id)
    return found


def skills(actor: Actor) -> QuerySet[Skill]:
    """The provider's skills, the switched-off ones too; empty for customers."""
    found: QuerySet[Skill] = Skill.objects.visible_to(actor)
    return found if actor.is_provider else found.none()


def skill(actor: Actor, skill_id: UUID) -> Skill:
    """One skill; NoSuchSkill if not there or not the actor's to see."""
    found = skills(actor).filter(id=skill_id).first()
    if found is None:
        raise errors.NoSuchSkill(skill_id)
    return found


def held_skills(actor: Actor) -> QuerySet[AgentSkill]:
    """Who has which skill at which level, the best first; empty for customers."""
    found: QuerySet[AgentSkill] = AgentSkill.objects.visible_to(actor)
    found = found.select_related("user", "skill").filter(user__is_active=True)
    return (found if actor.is_provider else found.none()).order_by("-level", "user__name")


def memberships(actor: Actor) -> QuerySet[TeamMembership]:
    """Who is in which team, by name; empty for customers."""
    found: QuerySet[TeamMembership] = TeamMembership.objects.visible_to(actor)
    found = found.select_related("user").filter(user__is_active=True).order_by("user__name")
    return found if actor.is_provider else found.none()


def owner_of_email(email: str) -> tuple[UUID | None, UUID | None]:
    """The person and the organisation that sign in with this address; Nones if nobody does."""
    found = User.objects.filter(email__iexact=email).values_list("id", "organisation_id").first()
    return found or (None, None)
