"""Opening a connection to the server: name, TCP, proxy CONNECT, TLS. Plain sockets, no library.

Each step that fails raises NetworkError with its own code (dns, connect, proxy, proxy-sign-in,
tls, tls-intercepted), so that `doctor` and the log name the exact block.
"""

from __future__ import annotations

import asyncio
import os
import socket
import ssl
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from reachback_connector.control.address import Address, Proxy, proxy_for
from reachback_connector.errors import NetworkError, UsageError

_HEAD_LIMIT = 16_384
_NEXT_ADDRESS = 0.25  # seconds before the next address is tried beside the first (RFC 8305)
_GOODBYE = 1.0  # nothing is lost by not waiting for the peer's half


@dataclass(frozen=True, slots=True)
class Dialler:
    """How this device reaches its server. `ca` replaces the system's authorities."""

    ca: Path | None = None
    environment: Mapping[str, str] = field(default_factory=lambda: os.environ)
    timeout: float = 20.0
    inspect_only: bool = False  # any certificate is accepted: to look at it, never to speak

    def context(self) -> ssl.SSLContext:
        """TLS 1.2 or later, host name checked, authorities of the system or of `--ca FILE`."""
        context = ssl.create_default_context()
        if self.ca is not None:
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
            try:
                context.load_verify_locations(cafile=str(self.ca))
            except (OSError, ssl.SSLError) as error:
                raise UsageError("ca", f"{self.ca} is not a file of certificates.") from error
        if self.inspect_only:
            context.check_hostname = False
            context.verify_mode = ssl.CERT_NONE
        context.minimum_version = ssl.TLSVersion.TLSv1_2
        context.set_alpn_protocols(["http/1.1"])
        return context

    async def open(self, address: Address) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        """A connection over which HTTP/1.1 to `address` may be spoken."""
        proxy = proxy_for(address, self.environment)
        target = (proxy.host, proxy.port) if proxy else (address.host, address.port)
        reader, writer = await self._tcp(*target, what="proxy" if proxy else "server")
        try:
            if proxy:
                await self._connect_through(reader, writer, address, proxy)
            if address.secure:
                await self._encrypt(writer, address)
        except BaseException:
            writer.close()
            raise
        return reader, writer

    async def _tcp(
        self, host: str, port: int, *, what: str
    ) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        loop = asyncio.get_running_loop()
        try:
            async with asyncio.timeout(self.timeout):
                await loop.getaddrinfo(host, port, type=socket.SOCK_STREAM)
                return await asyncio.open_connection(
                    host, port, limit=262_144, happy_eyeballs_delay=_NEXT_ADDRESS
                )
        except socket.gaierror as error:
            raise NetworkError(
                "dns", f"The name {host} of the {what} cannot be resolved: {error.strerror}."
            ) from error
        except TimeoutError as error:
            raise NetworkError(
                "connect", f"The {what} {host}, port {port}, did not answer in time."
            ) from error
        except OSError as error:
            raise NetworkError(
                "connect", f"The {what} {host}, port {port}, cannot be reached: {error.strerror}."
            ) from error

    async def _connect_through(
        self,
        reader: asyncio.StreamReader,
        writer: asyncio.StreamWriter,
        address: Address,
        proxy: Proxy,
    ) -> None:
        lines = [f"CONNECT {address.dialled} HTTP/1.1", f"Host: {address.dialled}"]
        if proxy.authorization:
            lines.append(f"Proxy-Authorization: {proxy.authorization}")
        writer.write("\r\n".join([*lines, "", ""]).encode("latin-1"))
        status, _ = await read_head(reader, self.timeout, what="proxy")
        if status in {401, 407}:  # tinyproxy answers a wrong password with 401
            asked = "refused the name and password" if proxy.authorization else "asks for a sign-in"
            raise NetworkError(
                "proxy-sign-in",
                f"The proxy {proxy.host}:{proxy.port} {asked} ({status}). Put name and password "
                "into HTTPS_PROXY=http://name:password@host:port.",
            )
        if not 200 <= status < 300:
            raise NetworkError(
                "proxy",
                f"The proxy {proxy.host}:{proxy.port} refused {address.dialled} ({status}).",
            )

    async def _encrypt(self, writer: asyncio.StreamWriter, address: Address) -> None:
        # What the kernel does not take stays in front of TLS, where it is seen as unwritten.
        writer.transport.set_write_buffer_limits(high=0)
        try:
            await writer.start_tls(
                self.context(), server_hostname=address.host, ssl_handshake_timeout=self.timeout
            )
        except ssl.SSLCertVerificationError as error:
            raise NetworkError(
                "tls",
                f"The certificate of {address.host} is not trusted: {error.verify_message}. "
                "If your own authority issued it, name its file with --ca FILE.",
            ) from error
        except (ssl.SSLError, ConnectionError, TimeoutError, OSError) as error:
            raise NetworkError(
                "tls", f"No encrypted connection to {address.host}: {error}."
            ) from error


async def let_go(writer: asyncio.StreamWriter) -> None:
    """Close and see the socket gone; a peer that leaves TLS unfinished is cut after a second."""
    writer.close()
    try:
        async with asyncio.timeout(_GOODBYE):
            await writer.wait_closed()
    except (OSError, TimeoutError):
        writer.transport.abort()


async def read_head(
    reader: asyncio.StreamReader, patience: float, *, what: str
) -> tuple[int, dict[str, str]]:
    """Status and header fields (lower-case names) of an HTTP/1.1 response."""
    try:
        async with asyncio.timeout(patience):
            head = await reader.readuntil(b"\r\n\r\n")
    except (asyncio.IncompleteReadError, ConnectionError) as error:
        raise NetworkError("connect", f"The {what} closed the connection.") from error
    except asyncio.LimitOverrunError as error:
        raise NetworkError("connect", f"The {what} does not speak HTTP.") from error
    except TimeoutError as error:
        raise NetworkError("connect", f"The {what} did not answer in time.") from error
    if len(head) > _HEAD_LIMIT:
        raise NetworkError("connect", f"The {what} answered with too long a head.")
    return parse_head(head, what=what)


def parse_head(head: bytes, *, what: str) -> tuple[int, dict[str, str]]:
    """Split a response head; NetworkError when it is not HTTP/1.x."""
    first, *lines = head.decode("latin-1").split("\r\n")
    words = first.split(" ", 2)
    if not words[0].startswith("HTTP/1.") or len(words) < 2 or not words[1].isdigit():
        raise NetworkError("connect", f"The {what} does not speak HTTP.")
    fields = (line.partition(":") for line in lines if ":" in line)
    return int(words[1]), {name.strip().lower(): value.strip() for name, _, value in fields}
