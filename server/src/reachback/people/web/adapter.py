"""How allauth meets our people: nobody signs up by themselves; administrators create accounts."""

from allauth.account.adapter import DefaultAccountAdapter
from django.http import HttpRequest
from typing_extensions import override


class AccountAdapter(DefaultAccountAdapter):  # type: ignore[misc]
    """Sign-up is closed; after sign-in everybody goes to the first page."""

    @override
    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False
