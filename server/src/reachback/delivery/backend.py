"""Django's e-mail backend: the mail that sign-in sends becomes deliveries like any other."""

from collections.abc import Sequence

from django.core.mail import EmailMessage, EmailMultiAlternatives
from django.core.mail.backends.base import BaseEmailBackend
from django.db import transaction
from typing_extensions import override

from reachback.delivery.jobs import SIGN_IN
from reachback.delivery.models import Channel
from reachback.delivery.operations.send import Letter, queue
from reachback.kernel import clock, ids, tenancy
from reachback.people import queries


class DeliveryBackend(BaseEmailBackend):
    """Queues each message durably in the caller's transaction; the worker carries it."""

    @override
    def send_messages(self, email_messages: Sequence[EmailMessage]) -> int:
        """Queue every recipient's copy; return how many messages were queued."""
        now = clock.now()
        with transaction.atomic(), tenancy.every_organisation(reason="mail to whoever signs in"):
            for message in email_messages:
                key = f"mail:{ids.new_id()}"
                for recipient in message.recipients():
                    queue(
                        letter=_letter(message),
                        channel=Channel.EMAIL,
                        address=recipient,
                        person=queries.owner_of_email(recipient),
                        key=key,
                        now=now,
                    )
        return len(email_messages)


def _letter(message: EmailMessage) -> Letter:
    html = ""
    if isinstance(message, EmailMultiAlternatives):
        found = (each for each in message.alternatives if each[1] == "text/html")
        html = next((str(each[0]) for each in found), "")
    return Letter(
        kind=SIGN_IN,
        subject=str(message.subject),
        text=str(message.body),
        html=html,
        sender=message.from_email,
    )
