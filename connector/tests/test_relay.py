"""A relay between a holder's socket and the link: what the front may say about it."""

import asyncio
from pathlib import Path
from typing import Any

import pytest

from reachback_connector import unix
from reachback_connector.control.relay import Relay
from reachback_wire.frames import Channels, Data, RemoteError, Seek, encode

STATE = {"ch": 1, "key": "s1.1", "kind": "shell", "next": 0, "credit": 1, "end": 0, "acked": 0}


class Upstream:
    def __init__(self) -> None:
        self.came = asyncio.Event()

    def relay_has_units(self, ch: int) -> None:
        self.came.set()

    def relay_accepted(self, ch: int, offset: int) -> None: ...

    def relay_credits(self, ch: int, limit: int) -> None: ...

    def relay_closed(self, ch: int, value: dict[str, Any]) -> None: ...

    def relay_heard(self) -> None: ...


async def test_an_acknowledgement_that_crosses_a_rewind_is_believed_and_more_is_not(
    tmp_path: Path,
) -> None:
    path, loop = tmp_path / "holder.sock", asyncio.get_running_loop()
    with unix.listen(path) as listener:
        attaching = asyncio.create_task(Relay.attach(path, 16, upstream := Upstream()))
        holder, _ = await loop.sock_accept(listener)
        with holder:
            holder.sendall(encode(Channels([STATE])))
            relay = await attaching
            relay.rewind(0)
            holder.sendall(encode(Seek(1, 0)) + encode(Data(1, b"welcome$ ")))
            await upstream.came.wait()
            assert relay.read(9, 100) is None  # all of it was sent
            relay.rewind(0)  # the front asks again
            relay.acknowledge(9)  # and says in the same breath that it has it
            for late in (relay.acknowledge, relay.rewind):
                with pytest.raises(RemoteError):
                    late(10)
            relay.detach()
            await asyncio.sleep(0)
