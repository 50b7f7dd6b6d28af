"""A server behind a proxy that runs the very example of deploy/proxy, on loopback.

Only what an operator replaces is replaced: the name, the certificate, the ports.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import socket
import ssl
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from checks.ports import free_port

ROOT = Path(__file__).resolve().parent.parent
EXAMPLES = ROOT / "deploy" / "proxy"
NAME = "localhost"
EMAIL, PASSWORD = "ops@northstar.example", "four plain words here"
PATIENCE = 90.0
# `reachback setup`, and what people then do on pages: a customer, a site, a device's token.
CUSTOMER = """
import django; django.setup()
import sys
from reachback.config import first
from reachback.devices.operations import make_token
from reachback.kernel import clock
from reachback.kernel.actors import system
from reachback.people.operations import create_organisation, create_site
assert first.main(sys.argv[1:]) == 0
actor, now = system("a test"), clock.now()
lotus = create_organisation(actor=actor, now=now, kind="customer", name="Lotus Hotels")
site = create_site(actor=actor, now=now, organisation_id=lotus.id, name="Lotus Lijiang")
where = {"organisation_id": lotus.id, "site_id": site.id}
print(make_token(actor=actor, now=now, name="desk", **where).token)
"""
NGINX = """
daemon off;
pid {folder}/nginx.pid;
error_log {folder}/nginx.log;
{user}
events {{ worker_connections 256; }}
http {{
    access_log off;
    client_body_temp_path {folder}/body;
    proxy_temp_path {folder}/proxy;
    fastcgi_temp_path {folder}/fastcgi;
    uwsgi_temp_path {folder}/uwsgi;
    scgi_temp_path {folder}/scgi;
    include {folder}/site.conf;
}}
"""


@dataclass(frozen=True)
class Site:
    """Where people reach the server: through the proxy, by HTTPS."""

    folder: Path
    port: int
    token: str
    log: Path

    @property
    def origin(self) -> str:
        """The address a browser shows."""
        return f"https://{NAME}:{self.port}"

    @property
    def certificate(self) -> Path:
        """What a client must trust."""
        return self.folder / "certificate.pem"

    def tls(self) -> ssl.SSLSocket:
        """A connection to the proxy."""
        context = ssl.create_default_context(cafile=str(self.certificate))
        plain = socket.create_connection(("127.0.0.1", self.port), timeout=PATIENCE)
        return context.wrap_socket(plain, server_hostname=NAME)


def certificate(folder: Path) -> None:
    """A key and a certificate for the name, valid for a day."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, NAME)])
    now = datetime.fromtimestamp(time.time(), UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(hours=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(NAME)]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    pem, private = serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8
    (folder / "certificate.pem").write_bytes(made.public_bytes(pem))
    plain = serialization.NoEncryption()
    (folder / "key.pem").write_bytes(key.private_bytes(pem, private, plain))


def replaced(text: str, *pairs: tuple[str, str]) -> str:
    """The example with an operator's values; every one of them must be in it."""
    for old, new in pairs:
        assert old in text, f"the example has no {old}"
        text = text.replace(old, new)
    return text


def nginx(folder: Path, port: int, behind: int) -> list[str]:
    """Write nginx's files; the command that runs it."""
    text = replaced(
        (EXAMPLES / "nginx.conf").read_text("utf-8"),
        ("    listen [::]:443 ssl;\n", ""),
        ("listen 443 ssl", f"listen 127.0.0.1:{port} ssl"),
        ("127.0.0.1:8700", f"127.0.0.1:{behind}"),
        ("/etc/ssl/support.example.org.pem", str(folder / "certificate.pem")),
        ("/etc/ssl/support.example.org.key", str(folder / "key.pem")),
        ("support.example.org", NAME),
    )
    (folder / "site.conf").write_text(text, "utf-8")
    return _nginx(folder)


def _nginx(folder: Path) -> list[str]:
    user = "user root;" if os.geteuid() == 0 else ""
    (folder / "nginx.conf").write_text(NGINX.format(folder=folder, user=user), "utf-8")
    program = shutil.which("nginx") or "/usr/sbin/nginx"
    return [program, "-e", str(folder / "nginx.log"), "-c", str(folder / "nginx.conf")]


UPGRADE = 'proxy_set_header Upgrade $http_upgrade; proxy_set_header Connection "upgrade";'
REMOVING = """
server {{
    listen 127.0.0.1:{port} ssl;
    server_name {name};
    ssl_certificate     {site}/certificate.pem;
    ssl_certificate_key {site}/key.pem;
    location / {{
        proxy_ssl_server_name on;
        proxy_ssl_name {name};
        proxy_pass https://127.0.0.1:{behind};
        proxy_http_version 1.1;
        proxy_set_header Host $http_host;
        # upgrade
    }}
}}
"""


@contextlib.contextmanager
def without_upgrade(folder: Path, site: Site) -> Iterator[int]:
    """A second nginx in front of the site that removes Upgrade, as some company proxies do."""
    port = free_port()
    text = REMOVING.format(port=port, name=NAME, site=site.folder, behind=site.port)
    (folder / "site.conf").write_text(text, "utf-8")
    with (folder / "log").open("wb") as log:
        process = subprocess.Popen(_nginx(folder), stdout=log, stderr=log)
        try:
            _listening(port, folder / "nginx.log")
            yield port
        finally:
            _end(process)


def let_upgrade_pass(folder: Path) -> None:
    """Somebody mends the proxy of `without_upgrade`."""
    conf = folder / "site.conf"
    conf.write_text(replaced(conf.read_text("utf-8"), ("# upgrade", UPGRADE)), "utf-8")
    os.kill(int((folder / "nginx.pid").read_text("ascii")), signal.SIGHUP)


def _listening(port: int, log: Path) -> None:
    until = time.monotonic() + PATIENCE
    while time.monotonic() < until:
        with contextlib.suppress(OSError):
            socket.create_connection(("127.0.0.1", port), 5).close()
            return
        time.sleep(0.02)
    raise AssertionError(log.read_text("utf-8"))


def caddy(folder: Path, port: int, behind: int) -> list[str]:
    """Write Caddy's file; the command that runs it. The certificate is ours, not fetched."""
    tls = f"tls {folder}/certificate.pem {folder}/key.pem"
    text = replaced(
        (EXAMPLES / "Caddyfile").read_text("utf-8"),
        ("support.example.org {", f"{NAME}:{port} {{\n\tbind 127.0.0.1\n\t{tls}"),
        ("127.0.0.1:8700", f"127.0.0.1:{behind}"),
    )
    (folder / "Caddyfile").write_text(
        "{\n\tadmin off\n\tauto_https off\n\tgrace_period 1s\n}\n" + text, "utf-8"
    )
    return ["caddy", "run", "--config", str(folder / "Caddyfile"), "--adapter", "caddyfile"]


def settings(folder: Path) -> dict[str, str]:
    """What deploy/proxy tells the operator to set, and where the data lies."""
    kept = {k: v for k, v in os.environ.items() if not k.startswith(("REACHBACK_", "DJANGO_"))}
    return {
        **kept,
        "REACHBACK_DATA": str(folder / "data"),
        "REACHBACK_PROXIES": "127.0.0.1,::1",
        "REACHBACK_TLS": "1",
        "REACHBACK_HOSTS": NAME,
        "REACHBACK_SETUP_PASSWORD": PASSWORD,
        "DJANGO_SETTINGS_MODULE": "reachback.config.settings",
        "PYTHONPATH": os.pathsep.join(sys.path),
        "XDG_DATA_HOME": str(folder),
        "XDG_CONFIG_HOME": str(folder),
    }


def run(environment: dict[str, str], *command: str) -> str:
    """Run a Python command to its end; what it said."""
    done = subprocess.run(
        [sys.executable, *command], env=environment, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr[-2000:]
    return done.stdout.strip()


@contextlib.contextmanager
def serving(folder: Path, example: Callable[[Path, int, int], list[str]]) -> Iterator[Site]:
    """Set an installation up and serve it behind the example's proxy."""
    certificate(folder)
    port, behind = free_port(), free_port()
    environment = settings(folder)
    reachback = ("-m", "reachback.config.cli")
    who = ("--provider", "Northstar", "--name", "Maya", "--email", EMAIL)
    token = run(environment, "-c", CUSTOMER, *who).splitlines()[-1]
    proxy = example(folder, port, behind)
    serve = [sys.executable, *reachback, "serve", "--port", str(behind)]
    site = Site(folder, port, token, folder / "log")
    with site.log.open("wb") as log, contextlib.ExitStack() as ended:
        for command in (serve, proxy):
            process = subprocess.Popen(command, env=environment, stdout=log, stderr=log)
            ended.callback(_end, process)
        _wait(behind, site.log)
        yield site


def _end(process: subprocess.Popen[bytes]) -> None:
    process.terminate()
    try:
        process.wait(30)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


def _wait(port: int, log: Path) -> None:
    """Wait until the server answers; the proxy is quicker than that."""
    until = time.monotonic() + PATIENCE
    while time.monotonic() < until:
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), 5) as peer:
            peer.sendall(b"GET /-/ready HTTP/1.0\r\nHost: localhost\r\n\r\n")
            if b" 200 " in peer.recv(100):
                return
        time.sleep(0.1)
    raise AssertionError(log.read_text("utf-8", "replace")[-3000:])
