"""Enrol, run, hello, open a shell, see it echo: the whole line over real processes and sockets."""

from link_front import Front
from lotus_device import Device


async def test_a_device_enrols_runs_and_opens_a_shell(front: Front, device: Device) -> None:
    status, out, err = await device.enrol(front, front.customer)
    assert status == 0, err
    assert "fingerprint of this device's key" in out
    front.documents = front.customer.documents()
    await device.run()
    await front.linked()
    await front.until(lambda: len(front.reports) >= 2)
    grant = front.customer.sealed_grant(front.nonces[0])
    word, value = await front.open(grant, front.customer.wish())
    assert word == "opened", value
    front.type(b"echo $((6*7))\n")
    await front.sees(b"42")
    front.type(b"exit 3\n")
    channel = front.channels[16]
    await front.until(lambda: channel.closed is not None)
    assert channel.contiguous()
    receipts = channel.receipts()
    assert receipts[0]["event"] == "start"
    assert receipts[-1]["event"] == "end"
    chain = channel.chain()
    assert (receipts[-1]["leaves"], receipts[-1]["head"]) == (chain.count, chain.head.hex())
    status, out, err = await device.command("receipts")
    assert status == 0, out + err
    status, out, err = await device.command("status")
    assert status == 0, err
    assert "lijiang-frontdesk" in out
