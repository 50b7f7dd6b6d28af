"""Slow uploads and slow readers, in a process of their own.

`python -m bench.slow_clients PORT COUNT COOKIE`: COUNT uploads of 300 bytes a second, and COUNT
readers that take 500 bytes of a page a second. Runs until its input ends, then says how many of
each were still being served.
"""

import asyncio
import socket
import sys

UPLOAD = 50_000
HOST = "ops.localhost"


async def upload(port: int) -> None:
    """Send a body as slowly as is allowed."""
    _, writer = await asyncio.open_connection("127.0.0.1", port)
    head = f"POST /queue/ HTTP/1.1\r\nHost: {HOST}:{port}\r\nContent-Length: {UPLOAD}\r\n\r\n"
    writer.write(head.encode())
    while not writer.is_closing():
        writer.write(b"z" * 300)
        await writer.drain()
        await asyncio.sleep(1)
    raise ConnectionError


async def read(port: int, cookie: str) -> None:
    """Ask for a page and read it drop by drop."""
    raw = socket.socket()
    raw.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 2_048)
    raw.setblocking(False)
    await asyncio.get_running_loop().sock_connect(raw, ("127.0.0.1", port))
    reader, writer = await asyncio.open_connection(sock=raw, limit=1_024)
    head = f"GET /queue/ HTTP/1.1\r\nHost: {HOST}:{port}\r\nCookie: {cookie}\r\n\r\n"
    writer.write(head.encode())
    await reader.readline()
    while await reader.read(500):  # noqa: ASYNC110 - slowness is the point
        await asyncio.sleep(1)
    raise ConnectionError


async def run(port: int, count: int, cookie: str) -> None:
    """Keep them all going until the input ends."""
    uploads = [asyncio.create_task(upload(port)) for _ in range(count)]
    readers = []
    for _ in range(count):
        readers.append(asyncio.create_task(read(port, cookie)))
        await asyncio.sleep(0.02)  # the pages' own work shall not be a flood
    print("ready", flush=True)
    await asyncio.to_thread(sys.stdin.read)
    alive = [sum(not task.done() for task in tasks) for tasks in (uploads, readers)]
    print(f"{alive[0]} uploads and {alive[1]} readers", flush=True)
    for task in (*uploads, *readers):
        task.cancel()
    await asyncio.gather(*uploads, *readers, return_exceptions=True)


if __name__ == "__main__":
    asyncio.run(run(int(sys.argv[1]), int(sys.argv[2]), sys.argv[3]))
