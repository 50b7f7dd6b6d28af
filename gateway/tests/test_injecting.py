"""The dishonest server of the demo: OPEN without the front's own decision."""

from .customer import DEVICE
from .processes import Processes, until
from .test_links import Story


async def test_only_a_demo_sends_an_open_the_front_has_not_judged(processes: Processes) -> None:
    story = Story(processes)
    await story.device.connect()
    value = story.customer.open_value("s9", story.session_key)
    status, answer = await processes.ask_front(f"/devices/{DEVICE}/inject", value)
    assert (status, answer["code"]) == (404, "not-in-demo")
    assert story.device.opens == []
    await story.close()


async def test_a_demo_sends_it_and_tells_what_the_device_answered(processes: Processes) -> None:
    processes.kill_front()
    processes.environment["REACHBACK_DEMO"] = "1"
    await processes.start_front()
    story = Story(processes)
    story.device.refusal = {"code": "wider-than-contract", "sentence": "No.", "clause": 0}
    await story.device.connect()
    value = story.customer.open_value("s9", story.session_key, run_as="root")
    status, answer = await processes.ask_front(f"/devices/{DEVICE}/inject", value)
    assert (status, answer["answer"], answer["code"]) == (200, "refused", "wider-than-contract")
    assert len(story.device.opens) == 1
    story.device.refusal = None
    again = story.customer.open_value("s9", story.session_key, 2)
    _, answer = await processes.ask_front(f"/devices/{DEVICE}/inject", again)
    assert answer["answer"] == "opened"
    await until(lambda: [kind for kind, _ in story.device.told] == [34])
    await story.close()
