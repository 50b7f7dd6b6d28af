"""Web push (RFC 8030, 8291): one encrypted message to one browser's subscription."""

import json
from typing import Final

import requests
from pywebpush import WebPushException, webpush

from reachback.delivery.models import Address, Delivery
from reachback.delivery.transports import keys
from reachback.delivery.transports.outcome import Accepted, Later, Outcome, Refused

TIMEOUT_S: Final = 10
TTL_S: Final = 4 * 3600
#: Push services refuse more than 4,096 bytes (RFC 8030, 7.2); encryption and JSON take their part.
LONGEST_TEXT: Final = 1_500
GONE: Final = frozenset({404, 410})
AGAIN: Final = frozenset({408, 425, 429})


def send(row: Delivery, address: Address, *, subject: str) -> Outcome:
    """Send the row to the subscription; `subject` is the contact for the push service (mailto:)."""
    payload = {
        "title": row.subject[:200],
        "body": row.text[:LONGEST_TEXT],
        "url": row.href or "/",
        "tag": str(row.id),
    }
    try:
        answer = webpush(
            subscription_info={"endpoint": address.value, "keys": address.keys},
            data=json.dumps(payload, ensure_ascii=False),
            vapid_private_key=keys.vapid(),
            vapid_claims={"sub": subject},
            ttl=TTL_S,
            timeout=TIMEOUT_S,
        )
    except WebPushException as error:
        return _judged(error)
    except (requests.RequestException, OSError) as error:
        return Later(f"{type(error).__name__}: {error}")
    except ValueError as error:  # keys that are no keys: the browser will never be able to read
        return Refused(f"the subscription's keys are not usable: {error}", address_gone=True)
    return Accepted(f"{answer.status_code} from the push service")


def _judged(error: WebPushException) -> Outcome:
    if error.response is None:
        return Refused(f"the subscription is not usable: {error}", address_gone=True)
    code = error.response.status_code
    answer = f"{code} {error.response.text[:200]}"
    if code in GONE:
        return Refused(answer, address_gone=True)
    return Later(answer) if code >= 500 or code in AGAIN else Refused(answer)
