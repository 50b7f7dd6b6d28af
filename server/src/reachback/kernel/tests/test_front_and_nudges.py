"""Nudges reach the front after commit, in order, and never harm the request that sent them."""

import json
import socketserver
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from typing import Any

import pytest
from django.db import transaction
from pytest_django import Settings

from reachback.kernel import front, nudges
from reachback.kernel.errors import ReachbackError
from reachback.kernel.front import FrontRefused, FrontUnavailable
from reachback.kernel.nudges import Nudge
from reachback.kernel.transactions import WorkInsideTransaction


@dataclass
class Heard:
    """What a front on a real socket was asked, and what it answers next."""

    asked: list[tuple[str, str, Any]] = field(default_factory=list)
    status: int = 200
    body: bytes = b"{}"
    arrived: threading.Event = field(default_factory=threading.Event)


@pytest.fixture
def listening(settings: Settings) -> Iterator[Heard]:
    heard = Heard()

    class Answer(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            heard.asked.append((self.path, self.headers["X-Reachback-Front"], json.loads(body)))
            self.send_response(heard.status)
            self.end_headers()
            self.wfile.write(heard.body)
            heard.arrived.set()

        def address_string(self) -> str:
            return "web"

        def log_message(self, *_: object) -> None:
            return

    server = socketserver.ThreadingUnixStreamServer(str(settings.FRONT_SOCKET), Answer)
    server.daemon_threads = True
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield heard
    server.shutdown()
    server.server_close()


@pytest.fixture(autouse=True)
def nothing_waits() -> None:
    nudges.take_waiting(10_000)


def nudge(topic: str, **more: Any) -> Nudge:
    return Nudge(topic=topic, event="cases", audience=frozenset({"provider", "org:1"}), **more)


def test_a_question_carries_the_secret_and_its_answer_comes_back(listening: Heard) -> None:
    listening.body = b'{"nonce": "7f"}'
    assert front.ask("/devices/1/nonce", {"a": 1}) == {"nonce": "7f"}
    assert listening.asked == [("/devices/1/nonce", "5e" * 32, {"a": 1})]


def test_the_fronts_refusal_keeps_its_code_and_sentence(listening: Heard) -> None:
    listening.status, listening.body = 409, b'{"code": "device-offline", "sentence": "Offline."}'
    with pytest.raises(FrontRefused, match="Offline") as refused:
        front.ask("/devices/1/nonce", {})
    assert refused.value.code == "device-offline"


@pytest.mark.parametrize("body", [b"", b"[]", b"<html>", b"\xff", b"7"])
def test_an_answer_that_is_not_an_object_counts_as_no_answer(listening: Heard, body: bytes) -> None:
    listening.status, listening.body = 200, body
    if body == b"":
        assert front.ask("/x", {}) == {}
        return
    with pytest.raises(FrontUnavailable):
        front.ask("/x", {})


def test_a_front_that_is_down_is_a_typed_error(settings: Settings) -> None:
    with pytest.raises(FrontUnavailable):
        front.ask("/state")
    Path(settings.FRONT_SECRET).unlink()
    with pytest.raises(FrontUnavailable):
        front.ask("/state")


@pytest.mark.django_db(transaction=True)
def test_the_front_is_not_asked_inside_a_transaction() -> None:
    with transaction.atomic(), pytest.raises(WorkInsideTransaction):
        front.ask("/state")


@pytest.mark.django_db(transaction=True)
def test_a_nudge_waits_for_the_commit_and_dies_with_a_roll_back() -> None:
    rendered: list[str] = []

    def html() -> str:
        rendered.append("after")
        return "<li>7</li>"

    with transaction.atomic():
        nudges.publish(nudge("case:7", html=html, data={"number": 7}))
        assert nudges.take_waiting() == []
        assert rendered == []
    (message,) = nudges.take_waiting()
    assert message["html"] == "<li>7</li>"
    assert message["audience"] == ["org:1", "provider"]
    with transaction.atomic():
        nudges.publish(nudge("case:8"))
        transaction.set_rollback(True)
    assert nudges.take_waiting() == []


@pytest.mark.django_db(transaction=True)
def test_a_nudge_that_cannot_be_rendered_never_breaks_the_request(
    caplog: pytest.LogCaptureFixture,
) -> None:
    def broken() -> str:
        raise ReachbackError("template", "The row could not be drawn.")

    with transaction.atomic():
        nudges.publish(nudge("case:7", html=broken))
    assert nudges.take_waiting() == []
    assert "could not be drawn" in caplog.text


@pytest.mark.django_db(transaction=True)
def test_too_many_nudges_drop_the_oldest() -> None:
    for number in range(nudges._QUEUE_LENGTH + 3):
        nudges.publish(nudge(str(number)))
    waiting = nudges.take_waiting(10_000)
    assert len(waiting) == nudges._QUEUE_LENGTH
    assert waiting[0]["topic"] == "3"


@pytest.mark.django_db(transaction=True)
def test_the_sender_hands_nudges_to_the_front(listening: Heard) -> None:
    nudges.start_sender()
    nudges.publish(nudge("case:7"))
    assert listening.arrived.wait(60)
    nudges.stop_sender()
    path, _, body = listening.asked[0]
    assert path == "/nudges"
    assert [each["topic"] for each in body["nudges"]] == ["case:7"]
