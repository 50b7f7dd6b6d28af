"""What the control process says to the helper, over a real Unix socket."""

import asyncio
from pathlib import Path

from reachback_connector import lines
from reachback_connector.control.helper_client import HelperClient


async def test_members_of_a_document_never_name_the_order(tmp_path: Path) -> None:
    heard = []
    left = asyncio.Event()

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        heard.append(lines.decode(await reader.readuntil(b"\n")))
        writer.write(lines.encode({"ok": True, "report": {}}))
        await writer.drain()
        await reader.read()
        writer.close()
        await writer.wait_closed()
        left.set()

    server = await asyncio.start_unix_server(answer, tmp_path / "helper.sock")
    client = HelperClient(tmp_path / "helper.sock")
    hostile = {"do": "lift", "reason": "please"}
    async with server:
        await client.ask("document", **hostile)
        client.close()
        await left.wait()  # no socket outlives the test
    assert heard == [{"do": "document", "reason": "please"}]
