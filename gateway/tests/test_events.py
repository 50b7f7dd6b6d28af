"""The event stream: who gets what, and what a returning browser missed."""

import asyncio
import json
from typing import Any

import aiohttp

from .processes import Processes, until

PEOPLE = {
    "maya": {"user": "u1", "audience": ["user:u1", "org:north", "provider"], "name": "Maya"},
    "chen": {"user": "u2", "audience": ["user:u2", "org:lotus"], "name": "Chen"},
}


def nudge(audience: list[str], text: str) -> dict[str, Any]:
    value = {"id": text, "topic": "queue", "event": "case", "html": f"<b>\n{text}</b>"}
    return value | {"data": {"text": text}, "audience": audience}


class Listener:
    """One browser's stream, read event by event."""

    def __init__(self, answer: aiohttp.ClientResponse) -> None:
        self.answer = answer
        self.last = ""

    async def next(self) -> tuple[str, dict[str, Any]]:
        """Return the next (event, data); raises EOFError at the stream's end."""
        fields: dict[str, str] = {}
        async with asyncio.timeout(60):
            while True:
                line = (await self.answer.content.readline()).decode()
                if not line:
                    raise EOFError
                name, _, value = line.rstrip("\n").partition(": ")
                if name:
                    fields[name] = value
                elif "data" in fields:
                    self.last = fields["id"]
                    told = json.loads(fields["data"])
                    if "event" in fields:
                        return fields["event"], told
                    rest = {"topic": told["topic"], "html": told["html"]}
                    return told["event"], {**told["data"], **rest}
                else:
                    fields = {}


async def listen(processes: Processes, cookie: str, last: str = "") -> Listener:
    head = {"Cookie": cookie} | ({"Last-Event-ID": last} if last else {})
    answer = await processes.http.get(processes.address + "/-/events", headers=head)
    assert answer.status == 200
    processes.opened.append(answer)
    await answer.content.readline()
    return Listener(answer)


async def publish(processes: Processes, *nudges: dict[str, Any]) -> list[int]:
    status, answer = await processes.ask_front("/nudges", {"nudges": list(nudges)})
    assert status == 200
    return answer["reached"]


async def test_a_nudge_reaches_only_its_audience(processes: Processes) -> None:
    processes.answer("people.json", PEOPLE)
    maya, chen = await listen(processes, "maya"), await listen(processes, "chen")
    sent = [nudge(["provider"], "secret"), nudge(["org:lotus"], "yours"), nudge(["org:x"], "no")]
    assert await publish(processes, *sent) == [1, 1, 0]
    assert await publish(processes, nudge(["provider", "org:lotus", "user:u2"], "both")) == [2]
    assert [(await maya.next())[1]["text"] for _ in range(2)] == ["secret", "both"]
    name, data = await chen.next()
    assert (name, data["html"], data["topic"]) == ("case", "<b>\nyours</b>", "queue")
    assert (await chen.next())[1]["text"] == "both"


async def test_somebody_unknown_gets_no_stream(processes: Processes) -> None:
    async with processes.http.get(processes.address + "/-/events") as answer:
        assert answer.status == 401
    cross = {"Cookie": "maya", "Sec-Fetch-Site": "cross-site"}
    async with processes.http.get(processes.address + "/-/events", headers=cross) as answer:
        assert answer.status == 403


async def test_a_returning_browser_gets_what_it_missed(processes: Processes) -> None:
    processes.answer("people.json", PEOPLE)
    maya = await listen(processes, "maya")
    await publish(processes, nudge(["provider"], "one"))
    await maya.next()
    maya.answer.close()
    missed = [nudge(["provider"], "two"), nudge(["org:lotus"], "x"), nudge(["user:u1"], "three")]
    await publish(processes, *missed)
    again = await listen(processes, "maya", maya.last)
    assert [(await again.next())[1]["text"] for _ in range(2)] == ["two", "three"]


async def test_a_browser_that_missed_too_much_or_a_restart_is_told_to_reload(
    processes: Processes,
) -> None:
    processes.answer("people.json", PEOPLE)
    maya = await listen(processes, "maya")
    await publish(processes, nudge(["provider"], "one"))
    await maya.next()
    maya.answer.close()
    await publish(processes, *[nudge(["provider"], str(n)) for n in range(300)])
    again = await listen(processes, "maya", maya.last)
    assert (await again.next())[0] == "reload"
    other = await listen(processes, "maya", "abcdef00-7")
    assert (await other.next())[0] == "reload"


async def test_streams_end_when_rights_change(processes: Processes) -> None:
    processes.answer("people.json", PEOPLE)
    maya, chen = await listen(processes, "maya"), await listen(processes, "chen")
    _, answer = await processes.ask_front("/streams/end", {"audience": ["user:u1"]})
    assert answer == {"ended": 1}
    ended = False
    try:
        await maya.next()
    except EOFError:
        ended = True
    assert ended
    assert await publish(processes, nudge(["org:lotus"], "still")) == [1]
    assert (await chen.next())[1]["text"] == "still"


async def test_a_slow_reader_is_dropped_and_others_go_on(processes: Processes) -> None:
    processes.answer("people.json", PEOPLE)
    slow, quick = await listen(processes, "maya"), await listen(processes, "chen")
    wide = "w" * 100_000
    for _ in range(160):
        await publish(processes, *[nudge(["provider"], wide) for _ in range(2)])
    await until(lambda: processes.logged("events.ended"))
    assert processes.logged("events.ended")[0]["reason"] == "slow-reader"
    slow.answer.close()
    assert await publish(processes, nudge(["org:lotus"], "on")) == [1]
    assert (await quick.next())[1]["text"] == "on"


async def test_the_control_socket_needs_the_secret(processes: Processes) -> None:
    wrong = {"X-Reachback-Front": "wrong"}
    async with processes.inside.post("http://front/nudges", json={}, headers=wrong) as answer:
        assert (answer.status, (await answer.json())["code"]) == (403, "wrong-secret")
    status, answer = await processes.ask_front("/nudges", {"nudges": [{"topic": 1}]})
    assert (status, answer["code"]) == (400, "malformed")


async def test_a_page_that_was_rendered_just_now_misses_nothing(processes: Processes) -> None:
    processes.answer("people.json", PEOPLE)
    await publish(processes, nudge(["provider"], "between page and stream"), nudge(["org:x"], "no"))
    maya = await listen(processes, "maya")
    assert (await maya.next())[1]["text"] == "between page and stream"
