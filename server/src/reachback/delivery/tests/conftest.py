"""A person to write to, a real SMTP server and a real push service on loopback."""

import asyncio
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from http.server import BaseHTTPRequestHandler, HTTPServer
from threading import Thread

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session
from pytest_django import Settings
from typing_extensions import override

from reachback.kernel import actors
from reachback.people import operations
from reachback.people.models import User

SYSTEM = actors.system("tests")


@dataclass
class Mailbox:
    """What an SMTP server does and has got: `answers` are given once each, then it accepts."""

    answers: list[str] = field(default_factory=list)
    messages: list[bytes] = field(default_factory=list)

    async def handle_RCPT(  # noqa: N802 - aiosmtpd's name
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        if self.answers:
            return self.answers.pop(0)
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(  # noqa: N802 - aiosmtpd's name
        self, server: SMTP, session: Session, envelope: Envelope
    ) -> str:
        self.messages.append(envelope.original_content or b"")
        return "250 Taken"


class MailServer(Controller):
    """An SMTP server on whatever port is free, so that nobody can take it first."""

    @override
    async def _create_server(self) -> asyncio.Server:
        server: asyncio.Server = await super()._create_server()
        self.port = server.sockets[0].getsockname()[1]
        return server


@pytest.fixture
def mailbox(settings: Settings) -> Iterator[Mailbox]:
    box = Mailbox()
    controller = MailServer(box, hostname="127.0.0.1", port=0, ready_timeout=60)
    controller.start()
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", controller.port
    yield box
    controller.stop()


@dataclass
class PushService:
    """What a browser vendor's push service does and has got."""

    url: str
    status: int = 201
    bodies: list[bytes] = field(default_factory=list)
    headers: list[dict[str, str]] = field(default_factory=list)


@pytest.fixture
def push_service() -> Iterator[PushService]:
    service = PushService(url="")

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            service.headers.append({k.lower(): v for k, v in self.headers.items()})
            service.bodies.append(self.rfile.read(int(self.headers["Content-Length"])))
            self.send_response(service.status)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - its name
            """Say nothing."""

    server = HTTPServer(("127.0.0.1", 0), Handler)
    service.url = f"http://127.0.0.1:{server.server_port}/push/1"
    thread = Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield service
    server.shutdown()
    server.server_close()
    thread.join()


@pytest.fixture
def chen(transactional_db: None, now: datetime) -> User:
    lotus = operations.create_organisation(
        actor=SYSTEM, now=now, kind="customer", name="Lotus Hotels"
    )
    return operations.create_user(
        actor=SYSTEM,
        now=now,
        organisation_id=lotus.id,
        email="chen@lotus.example",
        name="Chen Wei",
        roles=["customer-administrator"],
    )
