"""A front, a device, and the two with an open shell between them."""

import sys
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))

from link_front import CuttingProxy, Front
from lotus_customer import Customer
from lotus_device import Device


@pytest.fixture
async def front() -> AsyncIterator[Front]:
    found = Front(Customer())
    await found.start()
    yield found
    await found.stop()


@pytest.fixture
async def device(front: Front, tmp_path: Path) -> AsyncIterator[Device]:
    found = Device(tmp_path / "state")
    yield found
    await found.end()


@pytest.fixture
async def proxy(front: Front) -> AsyncIterator[CuttingProxy]:
    found = CuttingProxy(front.port)
    await found.start()
    yield found
    await found.stop()


@pytest.fixture
async def linked(front: Front, device: Device, proxy: CuttingProxy) -> Device:
    """An enrolled device with its documents, its link running through the cutting proxy."""
    await device.link(front, proxy.port)
    return device


@pytest.fixture
async def shell(front: Front, linked: Device) -> Device:
    """The same with a shell on channel 16."""
    word, value = await front.open(
        front.customer.sealed_grant(front.nonces[0]), front.customer.wish()
    )
    assert word == "opened", value
    return linked
