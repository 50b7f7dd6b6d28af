"""A port for a program that has to be told one: nobody gets it by chance before it listens."""

from __future__ import annotations

import secrets
import socket

# Below what Linux gives to whoever asks for any port (net.ipv4.ip_local_port_range), above the
# ports of well-known services.
_LOWEST, _COUNT = 20_000, 12_000


def free_port() -> int:
    """Return a loopback port nobody listens on, outside the range connections take theirs from."""
    while True:
        port = _LOWEST + secrets.randbelow(_COUNT)
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
        return port
