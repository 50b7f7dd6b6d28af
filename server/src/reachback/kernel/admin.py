"""The admin socket: commands of the person at the server, run inside the process that may write.

One JSON object per line each way. Only root and the user the process runs as are served
(SO_PEERCRED); the socket lies in a folder of mode 0700 besides.
"""

from __future__ import annotations

import json
import logging
import os
import socket
import socketserver
import struct
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

from django.db import connection
from django.utils.translation import gettext as _
from typing_extensions import override

from reachback.kernel.errors import NotPermitted, ReachbackError, Unavailable

_log = logging.getLogger(__name__)
_LARGEST = 1024 * 1024
_CREDENTIALS = struct.Struct("3i")  # pid, uid, gid

Answer = dict[str, Any]
Handler = Callable[[dict[str, Any]], Answer]
_handlers: dict[str, Handler] = {}


class AdminUnavailable(Unavailable):
    """No web process serves this data directory."""


class AdminFailed(ReachbackError):
    """The web process ran the request and it failed; code and sentence are its own."""


def handle(kind: str, handler: Handler) -> None:
    """Register what a request of this kind does. Its answer must be JSON."""
    _handlers[kind] = handler


class _Conversation(socketserver.StreamRequestHandler):
    timeout = 30

    @override
    def handle(self) -> None:
        try:
            # Read before refusing: who is still writing when we leave never reads the sentence.
            request = self.rfile.readline(_LARGEST)
            _check_peer(self.connection)
            answer = _answer(json.loads(request))
        except ReachbackError as error:
            answer = {"code": error.code, "sentence": error.sentence}
        except ValueError as error:
            answer = {"code": "malformed", "sentence": str(error)}
        except Exception as error:  # noqa: BLE001 - a process entry point: the person at the server must know
            _log.exception("an admin request failed")
            answer = {"code": "failed", "sentence": repr(error)}
        finally:
            connection.close()
        self.wfile.write(json.dumps(answer).encode() + b"\n")


class _Server(socketserver.ThreadingMixIn, socketserver.UnixStreamServer):
    daemon_threads = True


def _check_peer(peer: socket.socket) -> None:
    raw = peer.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, _CREDENTIALS.size)
    _pid, uid, _gid = _CREDENTIALS.unpack(raw)
    if uid not in {0, os.getuid()}:
        raise NotPermitted("admin-peer", _("Only the user Reachback runs as may do this."))


def _answer(request: Any) -> Answer:  # noqa: ANN401 - whatever JSON came
    if not isinstance(request, dict) or request.get("kind") not in _handlers:
        raise ReachbackError("admin-unknown", _("The web process does not know this request."))
    return {"answer": _handlers[request["kind"]](request)}


def serve(path: Path) -> socketserver.BaseServer:
    """Listen at `path` in a thread of its own; `shutdown` ends it."""
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    path.unlink(missing_ok=True)
    server = _Server(str(path), _Conversation)
    path.chmod(0o600)
    threading.Thread(target=server.serve_forever, name="admin", daemon=True).start()
    return server


def request(path: Path, kind: str, *, seconds: float = 600.0, **data: object) -> Answer:
    """Ask the process that owns the database; return its answer.

    Raises AdminUnavailable when nobody listens, AdminFailed with its sentence when it refused.
    """
    message = json.dumps({"kind": kind, **data}).encode() + b"\n"
    try:
        with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as peer:
            peer.settimeout(seconds)
            peer.connect(str(path))
            peer.sendall(message)
            with peer.makefile("rb") as lines:
                answer = json.loads(lines.readline())
    except (OSError, ValueError) as error:
        sentence = _("The web process does not answer on its admin socket.")
        raise AdminUnavailable("admin-unavailable", sentence, reason=str(error)) from error
    if "answer" not in answer:
        raise AdminFailed(str(answer.get("code", "")), str(answer.get("sentence", "")))
    found: Answer = answer["answer"]
    return found
