"""Units: the device's numbered stream, put together from a channel's segments."""

from collections.abc import Iterator
from dataclasses import dataclass

from reachback.access.verifier import segments
from reachback.access.verifier.failures import Altered, Incomplete
from reachback.access.verifier.segments import Opened, Record, varint


@dataclass(frozen=True)
class Unit:
    """One unit of the stream and the record that carried it."""

    kind: int
    offset: int
    length: int
    body: bytes
    segment: int
    record: Record


def _unit(record: Record, index: int) -> Unit:
    offset, at = varint(record.body, 0)
    body = record.body[at:]
    if record.kind == segments.DATA:
        return Unit(record.kind, offset, len(body), body, index, record)
    if record.kind == segments.CTRL:
        return Unit(record.kind, offset, 1, body, index, record)
    length, at = varint(body, 0)
    return Unit(record.kind, offset, length, body[at:], index, record)


def _from_segment(opened: Opened, index: int) -> Iterator[Unit]:
    for record in opened.segment.records:
        if record.kind in (segments.DATA, segments.CTRL, segments.GAP, segments.PASSED):
            try:
                yield _unit(record, index)
            except IndexError as error:
                msg = f"A record at byte {record.position} of {opened.segment.name} was altered."
                raise Altered(msg) from error


def in_order(opened: list[Opened]) -> Iterator[Unit]:
    """Yield every unit; raise where one is missing, repeated, or cannot be read."""
    following = 0
    for index, each in enumerate(opened):
        begins = each.segment.header.get("start_offset")
        if begins != following:
            msg = f"Content is missing before {each.segment.name}: it begins at {begins}."
            raise Incomplete(msg)
        for unit in _from_segment(each, index):
            if unit.kind == segments.PASSED and each.segment.header.get("kind") != "files":
                msg = f"Unit {unit.offset} was passed on and not kept, which only files are."
                raise Altered(msg)
            if unit.offset != following or (unit.kind == segments.DATA and not unit.length):
                msg = (
                    f"The recording does not go on at unit {following} but at {unit.offset}: "
                    "content was taken out, repeated or altered."
                )
                raise Altered(msg)
            following += unit.length
            yield unit
        if each.fault:
            msg = f"The recording was altered: {each.fault}."
            raise Altered(msg)
