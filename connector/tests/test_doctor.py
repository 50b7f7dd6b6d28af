"""The doctor in front of real small servers, each with one block; and the dialler's way through."""

import asyncio
import ssl
import subprocess
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from link_front import Front
from loopback import Handler, Listener, closed

from reachback_connector.commands.doctor import walk
from reachback_connector.control.address import Address
from reachback_connector.control.dial import Dialler


@asynccontextmanager
async def serving(handler: Handler, tls: ssl.SSLContext | None = None) -> AsyncIterator[int]:
    listener = Listener(handler, tls)
    await listener.start()
    yield listener.port
    await listener.close()


def proxy(answer: bytes, wanted: bytes = b"") -> Handler:
    """An HTTP proxy that knows CONNECT; with `wanted` it lets a sign-in through."""

    async def handle(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = await reader.readuntil(b"\r\n\r\n")
        if wanted and wanted in head:
            host, port = head.split()[1].decode().rsplit(":", 1)
            far_reader, far_writer = await asyncio.open_connection(host, int(port))
            writer.write(b"HTTP/1.1 200 OK\r\n\r\n")
            await asyncio.gather(pump(reader, far_writer), pump(far_reader, writer))
            await closed(far_writer)
            return
        writer.write(answer)
        await writer.drain()

    return handle


async def pump(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    try:
        while data := await reader.read(65_536):
            writer.write(data)
            await writer.drain()
    except OSError:
        pass
    writer.close()


def address(port: int, host: str = "127.0.0.1", *, secure: bool = False) -> Address:
    return Address(secure, host, port, "/-/link/device")


def through(port: int, sign_in: str = "") -> Dialler:
    url = f"http://{sign_in}127.0.0.1:{port}"
    names = {"http_proxy": url, "https_proxy": url, "REACHBACK_PROXY_LOOPBACK": "1"}
    return Dialler(environment=names, timeout=60.0)


def certificate(folder: Path) -> ssl.SSLContext:
    """A certificate as an inspecting proxy shows it, made by openssl."""
    command = ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256"]
    command += ["-nodes", "-days", "2", "-subj", "/O=Grand Firewall/CN=Inspector"]
    command += ["-addext", "subjectAltName=IP:127.0.0.1"]
    command += ["-keyout", str(folder / "key.pem"), "-out", str(folder / "cert.pem")]
    subprocess.run(command, check=True, capture_output=True)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(folder / "cert.pem", folder / "key.pem")
    return context


async def last(dialler: Dialler, where: Address) -> tuple[bool, str, str]:
    found = (await walk(dialler, where))[-1]
    return found.well, found.code, found.sentence


async def test_a_name_that_does_not_exist_is_dns() -> None:
    well, code, sentence = await last(Dialler(environment={}), address(1, "no-such-host.invalid"))
    assert (well, code) == (False, "dns")
    assert "no-such-host.invalid" in sentence


async def test_a_closed_port_is_connect() -> None:
    async with serving(proxy(b"")) as port:
        pass
    assert (await last(Dialler(environment={}), address(port)))[:2] == (False, "connect")


async def test_a_proxy_that_asks_for_a_sign_in_is_named() -> None:
    async with serving(proxy(b"HTTP/1.1 407 Sign in\r\n\r\n")) as port:
        well, code, sentence = await last(through(port), address(9))
        assert (well, code) == (False, "proxy-sign-in")
        assert "asks for a sign-in" in sentence
        _, _, sentence = await last(through(port, "desk:wrong@"), address(9))
        assert "refused the name and password" in sentence


async def test_a_signed_in_proxy_leads_to_the_front(front: Front) -> None:
    handler = proxy(b"HTTP/1.1 407 Sign in\r\n\r\n", wanted=b"Basic ZGVzazpwdw==")
    async with serving(handler) as port:
        assert (await last(through(port, "desk:pw@"), address(front.port)))[0]


async def test_a_removed_upgrade_is_named() -> None:
    async with serving(proxy(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")) as port:
        well, code, sentence = await last(Dialler(environment={}), address(port))
        assert (well, code) == (False, "upgrade")
        assert "Upgrade" in sentence


async def test_an_inspected_connection_names_the_issuer_and_ca_file_trusts_it(
    tmp_path: Path,
) -> None:
    tls = certificate(tmp_path)
    async with serving(proxy(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"), tls) as port:
        where = address(port, secure=True)
        well, code, sentence = await last(Dialler(environment={}), where)
        assert (well, code) == (False, "tls-intercepted")
        assert "Grand Firewall, Inspector" in sentence
        steps = await walk(Dialler(ca=tmp_path / "cert.pem", environment={}), where)
        assert [step.step for step in steps] == ["reach", "tls", "upgrade"]
        assert "Grand Firewall" in steps[1].sentence
