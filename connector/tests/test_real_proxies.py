"""The doctor and the link behind real proxies: tinyproxy and Squid with and without a sign-in,
mitmproxy that opens the encryption.
"""

import asyncio
import shutil
import subprocess
import tempfile
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from checks.ports import free_port
from link_front import Front
from lotus_device import Device
from test_doctor import address, certificate, last, proxy, serving, through

pytestmark = pytest.mark.slow


@asynccontextmanager
async def running(port: int, *command: str) -> AsyncIterator[None]:
    """A proxy from its first connection to its end."""
    process = await asyncio.create_subprocess_exec(
        *command, stdout=asyncio.subprocess.DEVNULL, stderr=asyncio.subprocess.DEVNULL
    )
    try:
        async with asyncio.timeout(60):
            while process.returncode is None:
                try:
                    _, writer = await asyncio.open_connection("127.0.0.1", port)
                except OSError:
                    await asyncio.sleep(0.05)
                    continue
                writer.close()
                await writer.wait_closed()
                break
        assert process.returncode is None, f"{command[0]} ended at once"
        yield
    finally:
        if process.returncode is None:
            process.terminate()
        await process.wait()


async def test_tinyproxy_lets_the_link_through_with_its_sign_in_only(
    front: Front, tmp_path: Path
) -> None:
    port = free_port()
    conf = tmp_path / "tinyproxy.conf"
    conf.write_text(
        f"Port {port}\nListen 127.0.0.1\nTimeout 60\nAllow 127.0.0.1\nBasicAuth desk pw\n"
    )
    async with running(port, "tinyproxy", "-d", "-c", str(conf)):
        where = address(front.port)
        assert (await last(through(port, "desk:pw@"), where))[0]
        assert (await last(through(port), where))[1] == "proxy-sign-in"
        well, code, sentence = await last(through(port, "desk:wrong@"), where)
        assert (well, code) == (False, "proxy-sign-in")
        assert "refused the name and password" in sentence


async def test_tinyproxy_without_a_sign_in_lets_the_link_through(
    front: Front, tmp_path: Path
) -> None:
    port = free_port()
    conf = tmp_path / "tinyproxy.conf"
    conf.write_text(f"Port {port}\nListen 127.0.0.1\nTimeout 60\nAllow 127.0.0.1\n")
    async with running(port, "tinyproxy", "-d", "-c", str(conf)):
        assert (await last(through(port), address(front.port)))[0]


async def test_mitmproxy_is_named_and_not_trusted(tmp_path: Path) -> None:
    port = free_port()
    answer = proxy(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")
    words = ("--listen-host", "127.0.0.1", "-p", str(port), "--ssl-insecure", "-q")
    async with (
        serving(answer, certificate(tmp_path)) as behind,
        running(port, "mitmdump", *words, "--set", f"confdir={tmp_path}"),
    ):
        well, code, sentence = await last(through(port), address(behind, secure=True))
        assert (well, code) == (False, "tls-intercepted")
        assert "mitmproxy" in sentence
        assert "Exempt 127.0.0.1 from TLS inspection" in sentence


SQUID = """http_port 127.0.0.1:{port}
pid_filename none
cache deny all
cache_log {folder}/cache.log
logformat plain %un %rm %ru %>Hs
access_log stdio:{folder}/access.log plain
shutdown_lifetime 0 seconds
visible_hostname proxy.example
{rules}
http_access deny all
"""
SIGN_IN = """auth_param basic program /usr/lib/squid/basic_ncsa_auth {folder}/passwords
acl known proxy_auth REQUIRED
http_access allow known"""


@pytest.fixture
def folder() -> Iterator[Path]:
    """A folder for Squid, which gives up root's rights and then writes as another user."""
    made = Path(tempfile.mkdtemp(prefix="reachback-squid-"))
    made.chmod(0o777)
    command = ["openssl", "passwd", "-apr1", "pw"]
    scrambled = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    (made / "passwords").write_text(f"desk:{scrambled}")
    yield made
    shutil.rmtree(made)


@asynccontextmanager
async def squid(folder: Path, rules: str) -> AsyncIterator[int]:
    """A running Squid with these rules; gives its port."""
    port = free_port()
    conf = folder / "squid.conf"
    conf.write_text(SQUID.format(port=port, folder=folder, rules=rules.format(folder=folder)))
    program = shutil.which("squid") or "/usr/sbin/squid"
    async with running(port, program, "-N", "-f", str(conf)):
        yield port


@pytest.mark.parametrize(
    ("rules", "who", "logged"), [("http_access allow all", "", "-"), (SIGN_IN, "desk:pw@", "desk")]
)
async def test_a_shell_works_through_squid(
    front: Front, tmp_path: Path, folder: Path, rules: str, who: str, logged: str
) -> None:
    async with squid(folder, rules) as port:
        way = f"http://{who}127.0.0.1:{port}"
        device = Device(tmp_path / "state", http_proxy=way, REACHBACK_PROXY_LOOPBACK="1")
        try:
            await device.link(front, front.port)
            word, value = await front.open(
                front.customer.sealed_grant(front.nonces[0]), front.customer.wish()
            )
            assert word == "opened", value
            front.type(b"echo through-$((40+2))\n")
            await front.sees(b"through-42")
        finally:
            await device.end()
    line = f"{logged} CONNECT 127.0.0.1:{front.port} 200"
    assert line in (folder / "access.log").read_text().splitlines()


async def test_squid_names_a_missing_and_a_wrong_sign_in(front: Front, folder: Path) -> None:
    where = address(front.port)
    async with squid(folder, SIGN_IN) as port:
        assert (await last(through(port, "desk:pw@"), where))[0]
        assert (await last(through(port), where))[1] == "proxy-sign-in"
        well, code, sentence = await last(through(port, "desk:wrong@"), where)
    assert (well, code) == (False, "proxy-sign-in")
    assert "refused the name and password" in sentence
