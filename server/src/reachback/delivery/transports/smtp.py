"""E-mail by SMTP, through Django's own SMTP backend; without a server, into a folder."""

import smtplib
from email.utils import parseaddr
from pathlib import Path
from typing import Final

from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.core.mail.backends.smtp import EmailBackend

from reachback.delivery.models import Delivery
from reachback.delivery.transports.outcome import Accepted, Later, Outcome, Refused

TIMEOUT_S: Final = 20
PERMANENT: Final = range(500, 600)
#: 530, 534, 535 and 538 speak about us and our password, not about the person (RFC 4954).
OURS: Final = frozenset({530, 534, 535, 538})


def message(row: Delivery) -> EmailMultiAlternatives:
    """The mail of a row; its Message-ID is the row's own, so that a repeat is recognisable."""
    sender = row.sender or settings.DEFAULT_FROM_EMAIL
    domain = parseaddr(sender)[1].rpartition("@")[2] or "localhost"
    mail = EmailMultiAlternatives(
        subject=" ".join(row.subject.split()),
        body=row.text,
        from_email=sender,
        to=[row.address],
        headers={
            "Message-ID": f"<{row.id}@{domain}>",
            "Auto-Submitted": "auto-generated",
        },
    )
    if row.html:
        mail.attach_alternative(row.html, "text/html")
    return mail


def send(row: Delivery) -> Outcome:
    """Hand the row's mail to the server of the settings."""
    if not settings.EMAIL_HOST:
        return _write(row)
    connection = EmailBackend(timeout=TIMEOUT_S, fail_silently=False)
    try:
        connection.send_messages([message(row)])
    except smtplib.SMTPRecipientsRefused as error:
        code, words = next(iter(error.recipients.values()))
        return _judged(code, words)
    except smtplib.SMTPResponseException as error:
        return _judged(error.smtp_code, error.smtp_error)
    except (smtplib.SMTPException, OSError) as error:
        return Later(f"{type(error).__name__}: {error}")
    return Accepted(f"accepted by {settings.EMAIL_HOST}")


def _judged(code: int, words: bytes | str) -> Outcome:
    text = words.decode("utf-8", "replace") if isinstance(words, bytes) else words
    answer = f"{code} {text}"
    return Refused(answer) if code in PERMANENT and code not in OURS else Later(answer)


def _write(row: Delivery) -> Outcome:
    """Keep the mail as a file when no server is configured, as in the demo."""
    folder = Path(settings.REACHBACK_DATA) / "mail"
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    file = folder / f"{row.id}.eml"
    draft = folder / f".{row.id}"
    draft.write_bytes(message(row).message().as_bytes())
    draft.replace(file)
    return Accepted(f"no mail server is configured: kept as {file.name}")
