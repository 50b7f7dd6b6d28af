"""A tunnel's target: its name looked up here, its addresses judged, one of them dialled.

The contract names `host:port` as text. An address in figures, and `localhost`, is what the customer
wrote and stands as it is. A *name* may lead to this device itself or to the network's own services
(a cloud's metadata address) only by mistake or malice, so such answers are dropped. What was judged
is what is dialled: the name is never asked a second time.
"""

from __future__ import annotations

import ipaddress
import os
import socket
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

from reachback_connector.errors import NetworkError

_ADDRESSES_MOST: Final = 8

Address = ipaddress.IPv4Address | ipaddress.IPv6Address
Resolve = Callable[[str, int], Sequence[str]]


@dataclass(frozen=True, slots=True)
class Target:
    """Where a tunnel leads; `host` as the contract writes it, without IPv6's brackets."""

    host: str
    port: int

    @classmethod
    def parse(cls, text: str) -> Target:
        """Read `host:port`, which the OPEN's reader has checked already."""
        host, _, port = text.rpartition(":")
        return cls(host.removeprefix("[").removesuffix("]"), int(port))

    def addresses(self, resolve: Resolve) -> list[str]:
        """The addresses that may be dialled. NetworkError `dns` or `target-refused`."""
        if (literal := _literal(self.host)) is not None:
            _check_literal(literal)
            return [str(literal)]
        found = resolve(self.host, self.port)[:_ADDRESSES_MOST]
        if self.host.rstrip(".") == "localhost":
            return [text for text in found if ipaddress.ip_address(text).is_loopback]
        fit = [text for text in found if not forbidden(text)]
        if not fit:
            reason = forbidden(found[0]) if found else "nothing"
            raise NetworkError(
                "target-refused",
                f"{self.host} leads to {reason} here, and the contract does not name that.",
            )
        return fit


def forbidden(text: str) -> str:
    """What an address means that no name may lead to; "" for an ordinary one."""
    address = _plain(ipaddress.ip_address(text.partition("%")[0]))
    if address.is_unspecified or address.is_loopback:
        return f"this device itself ({address})"
    if address.is_link_local:
        return f"the network's own services ({address})"
    if address.is_multicast or address.is_reserved:
        return f"no single machine ({address})"
    return ""


def lookup(host: str, port: int) -> list[str]:
    """Ask this device's own resolver. NetworkError `dns`."""
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as error:
        reason = getattr(error, "strerror", None) or "it is no name"
        raise NetworkError("dns", f"The name {host} cannot be resolved here: {reason}.") from error
    return list(dict.fromkeys(str(entry[4][0]).partition("%")[0] for entry in found))


class Lookup:
    """A target's addresses, found in a thread: a slow resolver stops nobody. `fileno` says when."""

    def __init__(self, target: Target, resolve: Resolve) -> None:
        self._target = target
        self._resolve = resolve
        self._found: list[str] = []
        self._error: NetworkError | None = None
        self._reading, self._writing = os.pipe2(os.O_CLOEXEC)
        self._thread = threading.Thread(target=self._look, daemon=True)
        self._thread.start()

    def fileno(self) -> int:
        """Readable once the answer is there."""
        return self._reading

    def _look(self) -> None:
        try:
            self._found = self._target.addresses(self._resolve)
        except NetworkError as error:
            self._error = error
        finally:
            os.close(self._writing)

    def answer(self) -> list[str]:
        """The addresses that may be dialled. NetworkError `dns` or `target-refused`."""
        self._thread.join()
        os.close(self._reading)
        if self._error is not None:
            raise self._error
        return self._found


def begin(address: str, port: int) -> socket.socket:
    """Start a TCP connection without waiting for it. OSError when it fails at once."""
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    sock = socket.socket(family, socket.SOCK_STREAM)
    try:
        sock.settimeout(0.0)
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
        sock.connect((address, port))
    except BlockingIOError:
        return sock
    except OSError:
        sock.close()
        raise
    return sock


def leads_back(sock: socket.socket, target: Target) -> bool:
    """Whether a connection ended on this very device although a name stood for another one."""
    if _literal(target.host) is not None or target.host.rstrip(".") == "localhost":
        return False
    return bool(sock.getsockname()[0] == sock.getpeername()[0])


def _literal(host: str) -> Address | None:
    try:
        return ipaddress.ip_address(host)
    except ValueError:
        return None


def _check_literal(address: Address) -> None:
    plain = _plain(address)
    if plain.is_unspecified or plain.is_multicast:
        raise NetworkError("target-refused", f"{plain} is no single machine.")


def _plain(address: Address) -> Address:
    """An IPv4 address inside an IPv6 one is judged as what it is."""
    if isinstance(address, ipaddress.IPv6Address):
        return address.ipv4_mapped or address.sixtofour or address
    return address
