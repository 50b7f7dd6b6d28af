"""Judging one channel: order, checks, leaves, receipts."""

from reachback.access.verifier import documents, suspects, units
from reachback.access.verifier.documents import Papers
from reachback.access.verifier.envelopes import Signed
from reachback.access.verifier.export import Stored
from reachback.access.verifier.failures import Altered, Incomplete, Untrusted
from reachback.access.verifier.segments import CHECK, END, Opened
from reachback.access.verifier.testimony import Channel, Receipt, heads


def _order(stored: Stored, papers: Papers, session: str) -> None:
    previous = ""
    for index, each in enumerate(stored.files):
        header, name = each.segment.header, each.segment.name
        if header.get("key", header.get("channel")) != stored.key or (
            header.get("session") != session
        ):
            msg = f"{name} belongs to another session."
            raise Altered(msg)
        if header.get("index") != index or header.get("previous") != previous:
            msg = f"{name} does not follow the segment before it: one was altered or taken out."
            raise Altered(msg)
        if header.get("kind") != stored.kind:
            msg = f"{name} is a {header.get('kind')} channel, not a {stored.kind} channel."
            raise Altered(msg)
        if header.get("contract") != papers.contract.digest:
            msg = f"{name} names another contract than the export holds."
            raise Untrusted(msg)
        previous = each.segment.digest


def _in_force(channel: Channel, papers: Papers) -> list[tuple[int, Signed]]:
    """Return from which chunk on which grant was in force, as the device's own words say."""
    start = channel.start or {}
    held = papers.granted(start.get("grant"))
    if held is None:
        msg = "The device's own start names another grant."
        raise Untrusted(msg)
    found = [(0, held)]
    for each in channel.handovers:
        held = documents.check_handover(papers, each.told, held, "shell")
        found.append((each.leaf, held))
    return found


def _check_grants(channel: Channel, papers: Papers) -> None:
    """Hold every receipt to the grant in force at its last chunk."""
    periods = _in_force(channel, papers)
    for receipt in channel.receipts:
        value = receipt.document.value
        count = value.get("leaves", 0)
        held = [grant for leaf, grant in periods if leaf <= max(count, 0)][-1]
        if value.get("grant") != held.digest:
            msg = f"Receipt {value.get('number')} was given under another grant."
            raise Untrusted(msg)


def _check_receipt(receipt: Receipt, papers: Papers, stored: Stored, session: str) -> None:
    value = receipt.document.value
    name = f"Receipt {value.get('number')}"
    if receipt.document.signers != {papers.device_key} or value.get("device") != papers.device_key:
        msg = f"{name} is not signed by the key of this device."
        raise Untrusted(msg)
    if value.get("session") != session or value.get("channel") != stored.key:
        msg = f"{name} belongs to another session."
        raise Altered(msg)
    if value.get("contract") != papers.contract.digest or (
        papers.granted(value.get("grant")) is None
    ):
        msg = f"{name} was given under another contract or grant."
        raise Untrusted(msg)


def _check_series(receipts: list[Receipt]) -> None:
    known: Receipt | None = None
    for receipt in receipts:
        value = receipt.document.value
        expected = "start" if known is None else None
        if (value.get("event") == "start") != (expected == "start"):
            msg = f"Receipt {value.get('number')} stands in the wrong place."
            raise Altered(msg)
        if known is not None:
            step = value.get("number", 0) - known.document.value.get("number", 0)
            if step < 1 or (step == 1 and value.get("previous") != known.document.digest):
                msg = f"Receipt {value.get('number')} does not follow the one before it."
                raise Altered(msg)
        known = receipt


def _check_heads(channel: Channel, files: tuple[Opened, ...]) -> None:
    chain = heads(channel.key, (leaf.hash for leaf in channel.leaves))
    proven = 0
    for receipt in channel.receipts:
        value = receipt.document.value
        count, head = value.get("leaves"), str(value.get("head"))
        # The device signs while output goes on, so a receipt may stand a little later than it says.
        if not isinstance(count, int) or not proven <= count <= receipt.leaves:
            msg = (
                f"Receipt {value.get('number')} testifies {count} chunks, but {receipt.leaves} "
                "are there: chunks were taken out or added."
            )
            raise Incomplete(msg)
        if chain[count] != head:
            bounds = (proven, count)
            raise Altered(suspects.sentence(channel.leaves, chain, bounds, head, files))
        low, high = _place(channel, count)
        offset = value.get("offset")
        if not isinstance(offset, int) or not low <= offset <= min(high, receipt.offset):
            msg = f"Receipt {value.get('number')} stands at another place than it testifies."
            raise Altered(msg)
        proven = count


def _place(channel: Channel, count: int) -> tuple[int, int]:
    """Return between which offsets a receipt over `count` leaves was signed."""
    last = channel.leaves[count - 1].units[-1] if count else None
    low = last.offset + last.length if last else 0
    high = channel.leaves[count].units[-1].offset if count < len(channel.leaves) else channel.length
    return low, high


def _check_end(channel: Channel, stored: Stored) -> None:
    if not channel.receipts or channel.receipts[-1].document.value.get("event") != "end":
        last = channel.leaves[-1].called if channel.leaves else "the start"
        msg = f"The recording is not complete: the device's last receipt is missing after {last}."
        raise Incomplete(msg)
    if channel.receipts[-1].document.value.get("leaves") != len(channel.leaves):
        msg = "The recording goes on after the device's last receipt."
        raise Altered(msg)
    kinds = [record.kind for record in stored.files[-1].segment.records]
    after = kinds[kinds.index(END) + 1 :] if END in kinds else []
    if not after or set(after) != {CHECK}:
        msg = f"{stored.files[-1].segment.name} does not have its end."
        raise Incomplete(msg)


def _check_records(stored: Stored) -> None:
    for each in stored.files:
        broken = [r for r in each.segment.records if r.kind == CHECK and not r.sealed]
        if broken:
            msg = f"{each.segment.name} was altered before byte {broken[0].position}."
            raise Altered(msg)


def judge(stored: Stored, papers: Papers, session: str) -> Channel:
    """Return the channel's testimony; raise a Failure where it does not hold.

    Content is judged first, so that the sentence names the chunk rather than the file.
    """
    if not stored.files:
        raise stored.mismatch or Incomplete(f"Channel {stored.key} has no recording.")
    channel = Channel(stored.key)
    channel.read(units.in_order(list(stored.files)))
    for receipt in channel.receipts:
        _check_receipt(receipt, papers, stored, session)
    _check_heads(channel, stored.files)
    if channel.fault is not None:
        raise channel.fault
    _order(stored, papers, session)
    _check_series(channel.receipts)
    _check_grants(channel, papers)
    documents.check_start(papers, channel.start, stored.key, stored.kind)
    _check_end(channel, stored)
    _check_records(stored)
    if stored.mismatch is not None:
        raise stored.mismatch
    return channel
