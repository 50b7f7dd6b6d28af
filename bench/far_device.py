"""The demo's device behind an emulated line: its control process runs in the far namespace.

The demo starts its device beside the front; that control process is stopped where it is, and one
with the same state, user and helper is started behind the line. nginx, with default buffers, ends
TLS on the near side, as installations do.
"""

import asyncio
import contextlib
import json
import os
import shutil
import signal
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

from checks.ports import free_port
from journeys.demo import Demo

from bench.namespace import FarSide
from reachback.config.demo.places import Places

_UP_SECONDS = 90
NGINX = """daemon off; pid {folder}/nginx.pid; error_log {folder}/nginx.log; worker_processes 1;
events {{ }}
http {{
  access_log off;
  client_body_temp_path {folder}/n1; proxy_temp_path {folder}/n2; fastcgi_temp_path {folder}/n3;
  uwsgi_temp_path {folder}/n4; scgi_temp_path {folder}/n5;
  server {{
    listen {host}:{port} ssl;
    ssl_certificate {folder}/cert.pem; ssl_certificate_key {folder}/key.pem;
    location / {{
      proxy_pass http://127.0.0.1:{behind};
      proxy_http_version 1.1;
      proxy_set_header Host $http_host;
      proxy_set_header Upgrade $http_upgrade;
      proxy_set_header Connection "upgrade";
      proxy_read_timeout 600s;
    }}
  }}
}}
"""


@contextlib.contextmanager
def encrypted(folder: Path, host: str, behind: int) -> Iterator[int]:
    """nginx with a certificate for `host` in `folder`, in front of `behind`; gives its port."""
    folder.mkdir(exist_ok=True)
    folder.chmod(0o755)
    command = ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256"]
    command += [
        "-nodes",
        "-days",
        "2",
        "-subj",
        "/CN=bench",
        "-addext",
        f"subjectAltName=IP:{host}",
    ]
    command += ["-keyout", str(folder / "key.pem"), "-out", str(folder / "cert.pem")]
    subprocess.run(command, check=True, capture_output=True)
    port = free_port()
    text = NGINX.format(folder=folder, host=host, port=port, behind=behind)
    (folder / "nginx.conf").write_text(text, "utf-8")
    program = [shutil.which("nginx") or "/usr/sbin/nginx", "-e", str(folder / "nginx.log")]
    process = subprocess.Popen([*program, "-c", str(folder / "nginx.conf")])
    try:
        yield port
    finally:
        process.terminate()
        process.wait(timeout=10)


class FarDevice:
    """The control process behind the line; started anew for each line."""

    def __init__(self, demo: Demo, far: FarSide, link: str, authority: Path) -> None:
        self._far = far
        self._log = demo.data / "far-device.log"
        self._process: subprocess.Popen[bytes] | None = None
        self._beside = control_process(demo)
        path = Path(f"/proc/{self._beside}")
        self._words = path.joinpath("cmdline").read_bytes().decode().split("\0")[:-1]
        pairs = path.joinpath("environ").read_bytes().decode().split("\0")
        self._environment = dict(pair.split("=", 1) for pair in pairs if "=" in pair)
        self._owner = path.stat()
        settings = Path(self._words[self._words.index("--state") + 1]) / "connector.json"
        value = json.loads(settings.read_text("utf-8"))
        settings.write_text(json.dumps(value | {"link_url": link, "ca": str(authority)}), "utf-8")
        os.kill(self._beside, signal.SIGSTOP)

    async def start(self) -> float:
        """Start it; returns the seconds until its link is up."""
        began = time.monotonic()
        self._spawn()
        while b"is up" not in self._log.read_bytes():
            if time.monotonic() - began > _UP_SECONDS:
                raise TimeoutError(self._log.read_text("utf-8")[-2000:])
            await asyncio.sleep(0.05)
        return time.monotonic() - began

    def _spawn(self) -> None:
        owner = self._owner
        user = ["setpriv", "--reuid", str(owner.st_uid), "--regid", str(owner.st_gid)]
        with self._log.open("wb") as log:
            self._process = subprocess.Popen(
                self._far.command(*user, "--clear-groups", *self._words),
                env=self._environment,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )

    @property
    def links(self) -> int:
        """How often the link came up since `start`."""
        return self._log.read_bytes().count(b"is up")

    def stop(self) -> None:
        """End it; shells and helper stay."""
        if self._process is not None:
            os.killpg(self._process.pid, signal.SIGTERM)
            self._process.wait(timeout=10)
            self._process = None

    def go_home(self) -> None:
        """End it and let the demo's own go on, so that the demo can end it."""
        self.stop()
        with contextlib.suppress(ProcessLookupError):
            os.kill(self._beside, signal.SIGCONT)


def control_process(demo: Demo) -> int:
    """The demo's connector, by the state directory on its command line. LookupError."""
    state = os.fsencode(Places(demo.data).device)
    for entry in Path("/proc").iterdir():
        if not entry.name.isdigit():
            continue
        with contextlib.suppress(OSError):
            words = (entry / "cmdline").read_bytes().split(b"\0")
            if b"run" in words and state in words:
                return int(entry.name)
    raise LookupError("The demo's connector does not run.")
