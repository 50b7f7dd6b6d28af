"""nginx as it comes: a path to the server that removes Upgrade, and can be cut."""

from __future__ import annotations

import contextlib
import os
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path

from checks.ports import free_port

from journeys.demo import Demo, wait_for

# Nothing but the name of the host: proxy_pass alone says `Connection: close` and no Upgrade.
NGINX = """
daemon off; pid {folder}/nginx.pid; error_log {folder}/nginx.log; {user}
events {{ }}
http {{
  access_log off;
  client_body_temp_path {folder}/body; proxy_temp_path {folder}/proxy;
  fastcgi_temp_path {folder}/fastcgi; uwsgi_temp_path {folder}/uwsgi; scgi_temp_path {folder}/scgi;
  server {{
    listen 127.0.0.1:{port};
    location / {{ proxy_pass http://127.0.0.1:{behind}; proxy_set_header Host $http_host; }}
  }}
}}
"""


@dataclass
class StrictProxy:
    """A proxy that runs, or does not."""

    demo: Demo
    folder: Path
    port: int = field(default_factory=free_port)
    _process: subprocess.Popen[bytes] | None = None

    def seen_from_there(self) -> Demo:
        """The demo, as its addresses are on the other side."""
        return replace(self.demo, port=self.port)

    def start(self) -> None:
        """Let people through."""
        user = "user root;" if os.geteuid() == 0 else ""
        settings = self.folder / "nginx.conf"
        settings.write_text(
            NGINX.format(folder=self.folder, port=self.port, behind=self.demo.port, user=user)
        )
        program = shutil.which("nginx") or "/usr/sbin/nginx"
        log = ["-e", str(self.folder / "nginx.log")]
        self._process = subprocess.Popen([program, *log, "-c", str(settings)])
        wait_for(self._listens, "nginx does not listen")

    def _listens(self) -> bool:
        with contextlib.suppress(OSError):
            socket.create_connection(("127.0.0.1", self.port), 5).close()
            return True
        return False

    def cut(self) -> None:
        """Let nobody through, and drop whoever is on the way."""
        if self._process is not None:
            self._process.terminate()
            self._process.wait(60)
        self._process = None


@contextlib.contextmanager
def strict_proxy(demo: Demo) -> Iterator[StrictProxy]:
    """Such a path to the demo."""
    folder = Path(tempfile.mkdtemp(prefix="reachback-proxy-"))
    proxy = StrictProxy(demo, folder)
    proxy.start()
    try:
        yield proxy
    finally:
        proxy.cut()
        shutil.rmtree(folder, ignore_errors=True)
