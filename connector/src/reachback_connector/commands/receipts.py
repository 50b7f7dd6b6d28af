"""`receipts`: list and verify what this device has testified."""

from __future__ import annotations

import argparse
import json
import time
from dataclasses import dataclass, field
from typing import Any

from reachback_connector import lines
from reachback_connector.commands.output import say, say_json
from reachback_connector.errors import HelperRefused, HelperUnavailable, StateError
from reachback_connector.helper.vault import Vault
from reachback_connector.layout import Layout
from reachback_connector.platform import current
from reachback_wire.documents import Envelope, Receipt
from reachback_wire.refusals import Refusal


def execute(layout: Layout, options: argparse.Namespace) -> int:
    """The command; 1 when the chain is broken."""
    found = receipts(layout)
    if options.json:
        bodies = [json.loads(item.to_body()) for item in found.receipts]
        say_json({"fault": found.fault, "receipts": bodies})
    else:
        say(_line(item) for item in found.receipts)
        say([found.fault or f"{len(found.receipts)} receipts, unbroken, signed by this device."])
    return 1 if found.fault else 0


def _line(item: Receipt) -> str:
    when = time.strftime("%Y-%m-%d %H:%M:%S", time.gmtime(item.issued / 1000))
    return f"{item.number:6} {when} {item.event:9} {item.channel} {item.leaves} {item.note}"


@dataclass(frozen=True, slots=True)
class ReceiptList:
    """Receipts in order, and what is wrong with them ("" when nothing is)."""

    receipts: list[Receipt] = field(default_factory=list)
    fault: str = ""


def receipts(layout: Layout) -> ReceiptList:
    """Read and verify the chain: numbers, links, signatures by this device's key."""
    try:
        answer = lines.ask(layout.helper_socket, {"do": "receipts"})
        return verify(answer["receipts"], str(answer["key"]))
    except (HelperUnavailable, HelperRefused):
        try:
            vault = Vault(layout, current().boot_id())
        except PermissionError as error:
            raise StateError("state-unreadable", f"{layout.helper} cannot be read.") from error
        return verify(list(vault.receipts()), vault.public_line)


def verify(stored: list[dict[str, Any]], key: str) -> ReceiptList:
    """Check each receipt and its link to the one before."""
    found: list[Receipt] = []
    previous, number = "", 0
    for value in stored:
        try:
            envelope = Envelope.from_json(value)
            envelope.signers(Receipt.TYPE, {key})
            receipt = Receipt.parse(envelope.body)
        except Refusal as refusal:
            return ReceiptList(found, f"After receipt {number}: {refusal.sentence}")
        if receipt.number != number + 1 or receipt.previous != previous or receipt.device != key:
            return ReceiptList(found, f"Receipt {number + 1} is missing or was altered.")
        number, previous = receipt.number, envelope.digest
        found.append(receipt)
    return ReceiptList(found)
