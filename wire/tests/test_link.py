"""One link's promises, each by itself: order, classes, credit, acknowledgement, memory."""

import pytest

from reachback_wire import frames as f
from reachback_wire import varint
from reachback_wire.link import (
    BULK,
    INPUT,
    INTERACTIVE,
    Acked,
    Credited,
    Event,
    FrameReceived,
    Limits,
    Link,
    LocalError,
    PeerSilent,
    RemoteError,
    Rewound,
    UnitReceived,
)
from reachback_wire.streams import Receiver, SendBuffer
from reachback_wire.units import CtrlUnit, DataUnit, GapUnit, Unit

ENDLESS = varint.MAXIMUM


def written(link: Link, now: float = 0.0) -> list[list[f.Frame]]:
    """The frames of each message the link writes now."""
    return [f.Decoder().feed(message) for message in link.transmit(now)]


def feed(link: Link, *frames: f.Frame, now: float = 0.0) -> list[Event]:
    return link.receive(b"".join(map(f.encode, frames)), now)


def sending(*writes: bytes, priority: int = INTERACTIVE, credit: int = ENDLESS) -> Link:
    link = Link(0.0)
    buffer = SendBuffer(1 << 24)
    for content in writes:
        buffer.write(content)
    link.attach(16, buffer, priority=priority, credit=credit)
    return link


def test_a_seek_stands_before_the_first_unit_and_a_key_costs_four_bytes() -> None:
    link, buffer = Link(0.0), SendBuffer(100)
    link.attach(16, buffer, priority=INPUT, credit=100)
    buffer.write(b"a")
    assert written(link) == [[f.Seek(16, 0), f.Data(16, b"a")]]
    buffer.write(b"b")
    (message,) = link.transmit(0.1)
    assert message == b"\x0b\x02\x10b"


def test_frames_keep_their_order_and_long_rows_of_them_are_cut_into_messages() -> None:
    link = Link(0.0, limits=Limits(max_message=50))
    sent: list[f.Frame] = [f.Ack(16, number) for number in range(30)]
    for frame in sent:
        link.send(frame)
    messages = written(link)
    assert [frame for message in messages for frame in message] == sent
    assert len(messages) > 1
    assert written(link) == []


def test_control_then_keys_then_output_and_bulk_in_messages_of_its_own() -> None:
    link = Link(0.0)
    for ch, priority in ((18, BULK), (17, INTERACTIVE), (16, INPUT)):
        buffer = SendBuffer(100)
        buffer.write(b"%d" % ch)
        link.attach(ch, buffer, priority=priority, credit=100)
    link.send(f.Ack(20, 5))
    first, second = written(link)
    assert first == [
        f.Ack(20, 5),
        f.Seek(16, 0),
        f.Data(16, b"16"),
        f.Seek(17, 0),
        f.Data(17, b"17"),
    ]
    assert second == [f.Seek(18, 0), f.Data(18, b"18")]


def test_channels_of_one_class_take_turns() -> None:
    link = Link(0.0)
    for ch in (16, 17):
        buffer = SendBuffer(1 << 20)
        buffer.write(bytes(50_000))
        link.attach(ch, buffer, priority=BULK, credit=ENDLESS)
    channels = [m[-1].ch for m in written(link) if isinstance(m[-1], f.Data)]
    assert channels == [16, 17, 16, 17]


def test_keys_overtake_the_retransmission_of_bulk() -> None:
    link, keys, bulk = Link(0.0), SendBuffer(100), SendBuffer(1 << 20)
    link.attach(16, keys, priority=INPUT, credit=100)
    link.attach(17, bulk, priority=BULK, credit=ENDLESS)
    bulk.write(bytes(100_000))
    link.transmit(0.0)
    feed(link, f.Resume((f.ResumeEntry(17, 0, ENDLESS),)), now=0.1)
    keys.write(b"k")
    first = written(link, 0.2)[0]
    assert first[-2:] == [f.Seek(16, 0), f.Data(16, b"k")]
    feed(link, f.LinkAck(link.stats.outstanding, 0), now=0.3)
    assert written(link, 0.3)[0][0] == f.Seek(17, 0)


def test_credit_is_absolute_and_cuts_units() -> None:
    link = sending(b"0123456789", credit=4)
    assert written(link) == [[f.Seek(16, 0), f.Data(16, b"0123")]]
    assert feed(link, f.Credit(16, 6), f.Credit(16, 5), f.Credit(16, 6)) == [
        Credited(16, 6),
        Credited(16, 5),
        Credited(16, 6),
    ]
    assert [m[-1] for m in written(link)] == [f.Data(16, b"45")]


def test_a_gap_needs_credit_for_its_first_offset_only() -> None:
    ours, theirs, receiver = Link(0.0), Link(0.0), Receiver()
    buffer = SendBuffer(100)
    buffer.gap(1 << 40, 5, bytes(16), bytes(32))
    buffer.control(5, b"{}")
    ours.attach(16, buffer, priority=INTERACTIVE, credit=1)
    theirs.expect(16, receiver)
    theirs.grant_credit(16, 1)
    gap = GapUnit(1 << 40, 5, bytes(16), bytes(32))
    (message,) = ours.transmit(0.0)
    assert theirs.receive(message, 0.0) == [UnitReceived(16, 0, gap)]
    feed(ours, f.Credit(16, (1 << 40) + 1))
    theirs.grant_credit(16, (1 << 40) + 1)
    assert [m[-1] for m in written(ours)] == [f.Ctrl(16, 5, b"{}")]


@pytest.mark.parametrize(
    "unit", [f.Data(16, b"12345"), f.Ctrl(16, 1, b""), f.Gap(16, 9, 0, bytes(16), bytes(32))]
)
def test_units_beyond_the_credit_are_the_senders_fault(unit: f.Frame) -> None:
    link = Link(0.0)
    link.expect(16, Receiver())
    link.grant_credit(16, 4)
    with pytest.raises(RemoteError) as caught:
        feed(link, f.Seek(16, 4), unit)
    assert caught.value.code == "credit"


@pytest.mark.parametrize(
    "grant",
    [
        f.Credit(16, 10),
        f.Resume((f.ResumeEntry(16, 0, 10),)),
        f.Channels(
            [{"ch": 16, "key": "", "kind": "", "next": 0, "credit": 10, "end": 0, "acked": 0}]
        ),
    ],
)
@pytest.mark.parametrize("early", [True, False])
def test_every_frame_that_grants_credit_is_remembered(grant: f.Frame, early: bool) -> None:
    link = Link(0.0)
    if early:
        link.send(grant)
        link.expect(16, Receiver())
    else:
        link.expect(16, Receiver())
        link.send(grant)
    events = feed(link, f.Seek(16, 0), f.Data(16, b"ten bytes."))
    assert events == [UnitReceived(16, 0, DataUnit(b"ten bytes."))]


def test_standing_channels_need_no_credit_frame() -> None:
    link, buffer = Link(0.0), SendBuffer(100)
    link.expect(2, Receiver())
    assert feed(link, f.Seek(2, 0), f.Ctrl(2, 40, b"{}")) == [
        UnitReceived(2, 0, CtrlUnit(40, b"{}"))
    ]
    buffer.control(32, b"{}")
    link.attach(1, buffer, priority=0)
    assert written(link, 1.0)[0][-1] == f.Ctrl(1, 32, b"{}")


def test_what_resume_and_credit_said_before_attach_is_honoured() -> None:
    link, buffer = Link(0.0), SendBuffer(100)
    buffer.write(b"0123456789")
    assert feed(link, f.Resume((f.ResumeEntry(16, 3, 5),)), f.Credit(16, 7)) == [
        Rewound(16, 3, 5),
        Credited(16, 7),
    ]
    link.attach(16, buffer, priority=INTERACTIVE)
    assert written(link, 1.0)[0][-2:] == [f.Seek(16, 3), f.Data(16, b"3456")]
    assert link.stats.resumes == 1


def test_wishes_about_unknown_channels_are_bounded() -> None:
    link, buffer = Link(0.0, limits=Limits(max_wishes=3)), SendBuffer(100)
    buffer.write(b"0123456789")
    for ch in range(16, 36):
        feed(link, f.Resume((f.ResumeEntry(ch, 1, 9),)))
    link.attach(16, buffer, priority=INTERACTIVE)
    link.attach(35, buffer, priority=INTERACTIVE)
    assert [frame for m in written(link) for frame in m][-1] == f.Data(35, b"12345678")


def test_detached_channels_send_and_receive_nothing() -> None:
    link = sending(b"never sent")
    link.expect(16, Receiver())
    link.detach(16)
    link.detach(16)
    link.wake(16)
    assert written(link) == []
    assert feed(link, f.Seek(16, 0), f.Data(16, b"late")) == []


def test_units_before_the_first_seek_count_for_nothing() -> None:
    link = Link(0.0)
    link.expect(16, Receiver())
    assert feed(link, f.Data(16, b"early")) == []


def test_a_channel_is_attached_once_and_in_a_known_class() -> None:
    link = sending()
    with pytest.raises(LocalError):
        link.attach(16, SendBuffer(1), priority=BULK)
    with pytest.raises(LocalError):
        link.attach(17, SendBuffer(1), priority=4)


class Slow:
    """A source that knows its end before it can read."""

    end = 3
    ready = False

    def read(self, offset: int, max_bytes: int) -> Unit | None:
        return DataUnit(b"abc"[offset:][:max_bytes]) if self.ready else None


def test_a_source_without_units_is_left_alone_until_it_wakes() -> None:
    link, source = Link(0.0), Slow()
    link.attach(16, source, priority=INTERACTIVE, credit=10)
    assert written(link) == []
    source.ready = True
    assert written(link) == []
    link.wake(16)
    assert written(link) == [[f.Seek(16, 0), f.Data(16, b"abc")]]


def test_acks_and_other_frames_are_the_owners() -> None:
    link = Link(0.0)
    hello = f.Hello({"body": "", "signature": ""})
    assert feed(link, f.Ack(16, 9), hello) == [Acked(16, 9), FrameReceived(hello)]
    link.ack(16, 5)
    assert written(link, 1.0)[0][-1] == f.Ack(16, 5)


def test_linkacks_wait_for_company_or_25_milliseconds() -> None:
    link = Link(0.0)
    feed(link, f.Ack(16, 1), now=1.0)
    assert written(link, 1.01) == []
    assert link.next_deadline() == pytest.approx(1.025)
    assert written(link, 1.025) == [[f.LinkAck(4, 25_000)]]
    feed(link, f.Ack(16, 2), now=2.0)
    link.send(f.Ack(16, 3))
    assert written(link, 2.001) == [[f.LinkAck(8, 1_000), f.Ack(16, 3)]]
    assert written(link, 3.0) == []


@pytest.mark.parametrize("frame", [f.Data(16, b"x"), f.Data(17, bytes(1_024))])
def test_bulk_and_large_messages_are_acknowledged_at_once(frame: f.Frame) -> None:
    link = Link(0.0, priority_of=lambda ch: BULK if ch == 16 else INTERACTIVE)
    feed(link, frame, now=1.0)
    assert written(link, 1.0) == [[f.LinkAck(len(f.encode(frame)), 0)]]


def test_two_messages_are_acknowledged_at_once() -> None:
    link = Link(0.0)
    feed(link, f.Data(16, b"k"), now=1.0)
    feed(link, f.Data(16, b"l"), now=1.001)
    assert written(link, 1.001) == [[f.LinkAck(8, 0)]]


def test_an_idle_link_stays_idle_and_answers_a_bounded_number_of_pings() -> None:
    link = Link(0.0)
    feed(link, *[f.Ping(bytes([number] * 8)) for number in range(20)], now=1.0)
    (message,) = written(link, 1.0)
    assert message == [f.Pong(bytes([number] * 8)) for number in range(8)]
    feed(link, f.Ping(b"8 bytes."), now=2.0)
    assert written(link, 2.0) == [[f.Pong(b"8 bytes.")]]
    assert written(link, 9.0) == []


def test_a_silent_peer_is_told_once() -> None:
    link = Link(0.0)
    link.set_busy(True)
    assert link.next_deadline() == 5.0
    asked = []
    for moment in (5.0, 10.0):
        assert link.tick(moment) == []
        asked += written(link, moment)
    assert [type(message[0]) for message in asked] == [f.Ping, f.Ping]
    assert link.tick(15.0) == [PeerSilent()]
    assert link.tick(16.0) == []
    assert link.next_deadline() is None


def test_a_pong_keeps_the_link_alive() -> None:
    link = Link(0.0)
    link.set_busy(True)
    link.tick(5.0)
    ((ping,),) = written(link, 5.0)
    assert isinstance(ping, f.Ping)
    feed(link, f.Pong(ping.token), now=5.2)
    assert link.next_deadline() == pytest.approx(10.2)


def test_the_window_holds_bulk_but_not_keys() -> None:
    link, keys, bulk = Link(0.0), SendBuffer(1 << 20), SendBuffer(1 << 20)
    link.attach(17, bulk, priority=BULK, credit=ENDLESS)
    link.attach(16, keys, priority=INPUT, credit=ENDLESS)
    bulk.write(bytes(500_000))
    assert sum(map(len, link.transmit(0.0))) == link.stats.outstanding < 5_000
    assert link.transmit(0.1) == []
    keys.write(b"k")
    assert written(link, 0.2) == [[f.Seek(16, 0), f.Data(16, b"k")]]
    keys.write(bytes(100_000))
    link.transmit(0.3)
    assert link.stats.outstanding < 25_000


def test_a_false_linkack_and_a_rewind_below_an_ack_are_the_peers_fault() -> None:
    link = sending(b"abc")
    link.transmit(0.0)
    with pytest.raises(RemoteError):
        feed(link, f.LinkAck(1_000, 0))
    link, buffer = Link(0.0), SendBuffer(100)
    buffer.write(b"abc")
    buffer.ack(2)
    link.attach(16, buffer, priority=INPUT, next=2, credit=9)
    feed(link, f.Resume((f.ResumeEntry(16, 1, 9),)))
    with pytest.raises(RemoteError):
        link.transmit(0.0)


def test_the_statistics_count_what_went_both_ways() -> None:
    link = sending(b"abc")
    sent = b"".join(link.transmit(0.0))
    link.receive(f.encode(f.LinkAck(len(sent), 0)), 0.25)
    stats = link.stats
    assert (stats.sent, stats.received, stats.outstanding) == (len(sent), 4, 0)
    assert stats.rtt == stats.min_rtt == 0.25


def test_the_line_is_drained_and_probed_when_the_minimum_is_old() -> None:
    ours, theirs = Link(0.0), Link(0.0, priority_of=lambda _: BULK)
    buffer, receiver = SendBuffer(1 << 24), Receiver()
    ours.attach(16, buffer, priority=BULK, credit=ENDLESS)
    theirs.expect(16, receiver)
    theirs.grant_credit(16, ENDLESS)
    tokens = []
    for step in range(200):
        now = step * 0.1
        if buffer.end - receiver.next < 100_000:
            buffer.write(bytes(100_000))
        delay = 0.02 if now < 5 else 0.03
        for message in ours.transmit(now):
            tokens += [x.token for x in f.Decoder().feed(message) if isinstance(x, f.Ping)]
            theirs.receive(message, now + delay)
        for message in theirs.transmit(now + delay + 0.01):
            ours.receive(message, now + 2 * delay)
        buffer.ack(receiver.next)
    assert tokens
    assert ours.stats.min_rtt == pytest.approx(0.05, abs=0.001)


def test_a_pong_nobody_acknowledges_does_not_hold_the_drain() -> None:
    link, buffer = Link(0.0), SendBuffer(1 << 20)
    link.attach(16, buffer, priority=BULK, credit=ENDLESS)
    buffer.write(bytes(8_000))
    link.transmit(0.0)
    feed(link, f.LinkAck(link.stats.outstanding, 0), now=0.1)
    link.transmit(0.1)
    feed(link, f.LinkAck(link.stats.sent, 0), now=0.2)
    feed(link, f.Ping(b"8 bytes!"), now=0.3)
    link.transmit(0.3)
    assert link.stats.outstanding > 0
    buffer.write(b"more")
    sent = [frame for message in written(link, 60.0) for frame in message]
    assert f.Data(16, b"more") in sent


def test_control_traffic_never_starves_bulk_on_a_line_that_looked_dead() -> None:
    link, buffer = Link(0.0), SendBuffer(1 << 20)
    link.attach(16, buffer, priority=BULK, credit=ENDLESS)
    buffer.write(bytes(100_000))
    first = link.transmit(0.0)[0]
    feed(link, f.LinkAck(len(first), 0), now=500.0)
    link.transmit(500.0)
    assert 0 < link.stats.rate < 50
    feed(link, f.LinkAck(link.stats.sent, 0), now=900.0)
    came = 0
    for step in range(1, 200):
        now = 900.0 + step * 0.05
        link.send(f.Ack(20, step))
        came += sum(isinstance(x, f.Data) for m in written(link, now) for x in m)
        feed(link, f.LinkAck(link.stats.sent - 5, 0), now=now + 0.04)
    assert came > 20
