"""How allauth meets our people: nobody signs up by themselves; administrators create accounts."""

from allauth.account import app_settings
from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.internal.flows.login import get_authentication_records
from allauth.core import context
from django.http import HttpRequest
from typing_extensions import override

from reachback.kernel import clock


class AccountAdapter(DefaultAccountAdapter):  # type: ignore[misc]
    """Sign-up is closed; who proved themselves minutes ago is not asked again at once."""

    @override
    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False

    @override
    def is_reauthentication_required(self, *, app: str) -> bool:
        """Ask again before keys and codes change, unless this session's own proof is fresh.

        A one-click sign-in (demo) leaves no proof and is always asked for the password.
        """
        request = context.request
        if not super().is_reauthentication_required(app=app):
            return False
        proofs = get_authentication_records(request, request.user)
        freshest = max((float(proof["at"]) for proof in proofs), default=0.0)
        age_s = clock.now().timestamp() - freshest
        return not 0 <= age_s < app_settings.REAUTHENTICATION_TIMEOUT
