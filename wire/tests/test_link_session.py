"""Two links joined by hand: the promises of the interface, one by one."""

from reachback_wire.frames import Hello
from reachback_wire.link import Credited, FrameReceived, Link, UnitReceived
from reachback_wire.streams import Receiver, SendBuffer
from reachback_wire.units import DataUnit


def test_frames_and_units_arrive_with_credit() -> None:
    ours, theirs = Link(0.0), Link(0.0)
    buffer, receiver = SendBuffer(1 << 20), Receiver()
    ours.attach(16, buffer, priority=2)
    theirs.expect(16, receiver)
    theirs.grant_credit(16, 100)
    buffer.write(b"hello")
    ours.send(Hello({"body": "x"}))
    assert [e for m in ours.transmit(0.0) for e in theirs.receive(m, 0.1)] == [
        FrameReceived(Hello({"body": "x"}))
    ]
    assert [e for m in theirs.transmit(0.1) for e in ours.receive(m, 0.2)] == [Credited(16, 100)]
    assert [e for m in ours.transmit(0.2) for e in theirs.receive(m, 0.3)] == [
        UnitReceived(16, 0, DataUnit(b"hello"))
    ]
