"""Units and the frames that carry them on the connector's own sockets."""

from __future__ import annotations

from reachback_wire.frames import Ctrl, Data, Frame, Gap
from reachback_wire.units import CtrlUnit, DataUnit, GapUnit, Unit


def frame_of(unit: Unit, ch: int = 1) -> Frame:
    """The frame that carries `unit` on channel `ch`."""
    match unit:
        case DataUnit(data):
            return Data(ch, data)
        case CtrlUnit(kind, body):
            return Ctrl(ch, kind, body)
        case GapUnit(length, time, salt, sha256):
            return Gap(ch, length, time, salt, sha256)


def unit_of(frame: Frame) -> Unit:
    """The unit a frame carries; TypeError for other frames."""
    match frame:
        case Data(_, data):
            return DataUnit(data)
        case Ctrl(_, kind, body):
            return CtrlUnit(kind, body)
        case Gap(_, length, time, salt, sha256):
            return GapUnit(length, time, salt, sha256)
        case _:
            raise TypeError("Not a unit.")
