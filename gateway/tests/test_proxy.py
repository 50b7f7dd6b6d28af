"""The reverse proxy against a real waitress process."""

import asyncio
import io
from pathlib import Path

import aiohttp

from .processes import Processes, until


async def test_a_page_comes_through_with_its_headers_and_without_the_hops(
    processes: Processes,
) -> None:
    async with processes.http.get(processes.address + "/cases/?q=a%20b") as answer:
        assert await answer.text() == "page /cases/"
        assert answer.headers["X-Kept"] == "yes"
        assert answer.headers["Server"] == "reachback"


async def test_a_client_cannot_pass_for_the_front_or_another_address(processes: Processes) -> None:
    forged = {
        "X-Forwarded-For": "10.9.9.9",
        "X-Reachback-Front": "guess",
        "X_Reachback_Front": "guess",
        "X-Request-Id": "mine",
        "Forwarded": "for=10.9.9.9",
        "X-Mine": "1",
        "Connection": "X-Mine, keep-alive",
    }
    async with processes.http.post(processes.address + "/echo", headers=forged) as answer:
        seen = await answer.json()
    assert seen["HTTP_X_FORWARDED_FOR"] == "127.0.0.1"
    assert seen["HTTP_X_FORWARDED_PROTO"] == "http"
    assert seen["HTTP_X_REQUEST_ID"] != "mine"
    assert not {"HTTP_X_REACHBACK_FRONT", "HTTP_FORWARDED", "HTTP_X_MINE"} & set(seen)
    assert seen["HTTP_HOST"] == f"127.0.0.1:{processes.port}"


async def test_the_internal_questions_cannot_be_asked_from_outside(processes: Processes) -> None:
    for path in ("/-/front/who", "/%2D/front/who", "/-/anything"):
        url = aiohttp.client.URL(processes.address + path, encoded=True)
        async with processes.http.post(url, json={}) as answer:
            assert answer.status == 404, path
    assert processes.told("who") == []


async def test_a_body_larger_than_memory_arrives_whole(processes: Processes) -> None:
    body = bytes(range(256)) * 20_000
    async with processes.http.post(processes.address + "/echo", data=io.BytesIO(body)) as answer:
        assert (await answer.json())["size"] == len(body)
    assert (await processes.state())["proxy"]["spooled"] == 0


async def test_a_body_above_the_limit_is_refused_before_the_web_process_hears(
    processes: Processes,
) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", processes.port)
    writer.write(b"POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 67108865\r\n\r\n")
    assert b" 413 " in await reader.readline()
    writer.close()
    await writer.wait_closed()


async def test_half_an_answer_is_not_taken_for_a_whole_one(processes: Processes) -> None:
    broken = False
    try:
        async with processes.http.get(processes.address + "/half") as answer:
            await answer.read()
    except aiohttp.ClientError:
        broken = True
    assert broken


async def test_without_the_web_process_the_front_says_so_and_recovers(
    processes: Processes,
) -> None:
    page = processes.static / "ui" / "front-down.html"
    page.parent.mkdir()
    page.write_text("<h1>resting</h1>")
    processes.stop_web()
    html = {"Accept": "text/html"}
    async with processes.http.get(processes.address + "/", headers=html) as answer:
        assert (answer.status, await answer.text()) == (503, "<h1>resting</h1>")
        assert answer.headers["Retry-After"]
    async with processes.http.get(processes.address + "/x") as answer:
        assert (answer.status, (await answer.json())["code"]) == (503, "web-down")
    async with processes.http.get(processes.address + "/-/ready") as answer:
        assert answer.status == 503
    async with processes.http.get(processes.address + "/-/live") as answer:
        assert answer.status == 200
    await processes.start_web()
    async with processes.http.get(processes.address + "/-/ready") as answer:
        assert answer.status == 200


async def test_two_hundred_slow_uploads_leave_the_pages_working(processes: Processes) -> None:
    head = b"POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 100000\r\n\r\n"
    writers = []
    for _ in range(200):
        _, writer = await asyncio.open_connection("127.0.0.1", processes.port)
        writer.write(head + b"z" * 100)
        writers.append(writer)
    for number in range(50):
        async with processes.http.get(f"{processes.address}/page{number}") as answer:
            assert answer.status == 200
    for writer in writers:
        writer.transport.abort()


async def test_two_hundred_slow_readers_leave_the_pages_working(processes: Processes) -> None:
    size = 4 * 1024 * 1024
    writers = []
    for _ in range(200):
        reader, writer = await asyncio.open_connection("127.0.0.1", processes.port, limit=1024)
        writer.write(f"GET /big?{size} HTTP/1.1\r\nHost: x\r\n\r\n".encode())
        assert b"200" in await reader.readline()
        writers.append(writer)
    for number in range(50):
        async with processes.http.get(f"{processes.address}/page{number}") as answer:
            assert answer.status == 200
    for writer in writers:
        writer.transport.abort()

    async def given_back() -> bool:
        return (await processes.state())["proxy"]["spooled"] == 0

    await until(given_back)


async def test_static_files_are_served_only_from_their_folder(
    processes: Processes, tmp_path: Path
) -> None:
    (tmp_path / "secret.txt").write_text("no")
    (processes.static / "app.0123456789ab.js").write_text("x")
    (processes.static / "plain.css").write_text("y")
    base = processes.address + "/static/"
    async with processes.http.get(base + "app.0123456789ab.js") as answer:
        assert "immutable" in answer.headers["Cache-Control"]
    async with processes.http.get(base + "plain.css") as answer:
        assert answer.headers["Cache-Control"] == "no-cache"
    for path in ("../secret.txt", "%2e%2e/secret.txt", "..%2fsecret.txt", ".hidden"):
        url = aiohttp.client.URL(base + path, encoded=True)
        async with processes.http.get(url) as answer:
            assert answer.status == 404, path


async def test_a_websocket_is_never_passed_to_the_web_process(processes: Processes) -> None:
    head = {"Upgrade": "websocket", "Connection": "Upgrade"}
    async with processes.http.get(processes.address + "/cases/", headers=head) as answer:
        assert answer.status == 400
