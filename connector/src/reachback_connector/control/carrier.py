"""What carries the link's messages, a WebSocket or request pairs: how it came to an end."""

from __future__ import annotations

import asyncio


class Carrier:
    """A connection whose first end counts; whoever waits for `ended` learns it."""

    def __init__(self) -> None:
        self.ended: asyncio.Future[None] = asyncio.get_running_loop().create_future()

    def _end(self, error: Exception | None) -> None:
        """The connection is over; `error` says why, None after a good-bye."""
        if self.ended.done():
            return
        if error is None:
            self.ended.set_result(None)
        else:
            self.ended.set_exception(error)
            self.ended.exception()  # a link that is given up at the same moment asks nobody
