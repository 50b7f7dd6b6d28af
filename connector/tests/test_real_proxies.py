"""The doctor behind real proxies: tinyproxy with a sign-in, mitmproxy that opens the encryption."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from checks.ports import free_port
from link_front import Front
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
