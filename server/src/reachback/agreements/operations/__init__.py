"""The writes of agreements, one module each."""

from reachback.agreements.operations.create_service_level import create_service_level
from reachback.agreements.operations.entitle import entitle
from reachback.agreements.operations.keep_terms import keep_terms

__all__ = ["create_service_level", "entitle", "keep_terms"]
