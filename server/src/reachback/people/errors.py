"""What can go wrong with people.

ReachbackError
  NotFound
    NoSuchOrganisation · NoSuchSite · NoSuchPerson · NoSuchContact · NoSuchTeam · NoSuchSkill
  NotPermitted
    MayNotManage          this actor may not change these people
  Conflict
    AlreadyTaken          a name or an address that must be unique
  ReachbackError (400)
    RoleDoesNotFit        a provider's role at a customer, or the reverse
    NotInOrganisation     a site or a person of another organisation
    LastAdministrator     nobody would be left who can manage the organisation
    OwnOrganisation       the provider cannot switch itself off
"""

from uuid import UUID

from django.utils.translation import gettext

from reachback.kernel.errors import Conflict, NotFound, NotPermitted, ReachbackError


class NoSuchOrganisation(NotFound):
    """Not there, or not for this actor."""

    def __init__(self, organisation_id: UUID) -> None:
        super().__init__(
            "people.no_such_organisation",
            gettext("There is no such organisation."),
            organisation_id=organisation_id,
        )


class NoSuchSite(NotFound):
    """Not there, or not for this actor."""

    def __init__(self, site_id: UUID) -> None:
        super().__init__("people.no_such_site", gettext("There is no such site."), site_id=site_id)


class NoSuchPerson(NotFound):
    """Not there, or not for this actor."""

    def __init__(self, person_id: UUID) -> None:
        super().__init__(
            "people.no_such_person", gettext("There is no such person."), person_id=person_id
        )


class NoSuchContact(NotFound):
    """Not there, or not for this actor."""

    def __init__(self, contact_id: UUID) -> None:
        super().__init__(
            "people.no_such_contact", gettext("There is no such contact."), contact_id=contact_id
        )


class NoSuchTeam(NotFound):
    """Not there, or not for this actor."""

    def __init__(self, team_id: UUID) -> None:
        super().__init__("people.no_such_team", gettext("There is no such team."), team_id=team_id)


class NoSuchSkill(NotFound):
    """Not there, or not for this actor."""

    def __init__(self, skill_id: UUID) -> None:
        super().__init__(
            "people.no_such_skill", gettext("There is no such skill."), skill_id=skill_id
        )


class MayNotManage(NotPermitted):
    """This actor may not change these people."""

    def __init__(self) -> None:
        super().__init__(
            "people.may_not_manage", gettext("Only an administrator may change people here.")
        )


class AlreadyTaken(Conflict):
    """A name or an address that must be unique is in use."""

    def __init__(self, value: str) -> None:
        super().__init__(
            "people.already_taken",
            gettext("“%(value)s” is already in use.") % {"value": value[:120]},
            value=value,
        )


class RoleDoesNotFit(ReachbackError):
    """A provider's role at a customer, or the reverse."""

    def __init__(self, role: str) -> None:
        super().__init__(
            "people.role_does_not_fit",
            gettext("The role “%(role)s” does not exist in this organisation.") % {"role": role},
            role=role,
        )


class NotInOrganisation(ReachbackError):
    """A site or a person that belongs to another organisation."""

    def __init__(self) -> None:
        super().__init__(
            "people.not_in_organisation", gettext("That belongs to another organisation.")
        )


class LastAdministrator(ReachbackError):
    """Nobody would be left who can manage the organisation."""

    def __init__(self) -> None:
        super().__init__(
            "people.last_administrator",
            gettext("Somebody must stay who can manage people. Name another administrator first."),
        )


class OwnOrganisation(ReachbackError):
    """The provider cannot switch itself off: nobody could switch it on again."""

    def __init__(self) -> None:
        super().__init__(
            "people.own_organisation", gettext("Your own organisation cannot be switched off.")
        )
