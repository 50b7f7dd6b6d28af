"""A device that was enrolled and is linked at a gateway which has since fallen to an attacker."""

import sys
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))

from hostile_process import HostileGateway
from lotus_customer import Customer
from lotus_device import Device


@pytest.fixture
async def gateway(tmp_path: Path) -> AsyncIterator[HostileGateway]:
    made = HostileGateway(Customer(), tmp_path / "canary")
    await made.start()
    yield made
    await made.stop()


@pytest.fixture
async def device(gateway: HostileGateway, tmp_path: Path) -> AsyncIterator[Device]:
    found = Device(tmp_path / "state")
    status, _, err = await found.enrol(gateway, gateway.customer)  # type: ignore[arg-type]
    assert status == 0, err
    await gateway.publish_all()
    await found.run()
    await gateway.order("linked")
    yield found
    await found.end()
