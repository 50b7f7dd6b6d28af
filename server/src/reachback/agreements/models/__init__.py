"""The nouns of agreements."""

from reachback.agreements.models.entitlement import Entitlement
from reachback.agreements.models.kept_terms import KeptTerms
from reachback.agreements.models.service_level import ServiceLevel, Target

__all__ = ["Entitlement", "KeptTerms", "ServiceLevel", "Target"]
