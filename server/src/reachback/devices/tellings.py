"""Telling open pages that a device changed."""

from reachback.devices.models import Device
from reachback.kernel.nudges import PROVIDER, Nudge, publish


def _tell(device: Device, event: str, state: str) -> None:
    publish(
        Nudge(
            topic=f"device:{device.id}",
            event=event,
            audience=frozenset({PROVIDER, f"org:{device.organisation_id}"}),
            data={"device": str(device.id), "state": state},
        )
    )


def link_changed(device: Device) -> None:
    """The device's link came or went."""
    _tell(device, "device.link", device.link_state)


def health_changed(device: Device) -> None:
    """One of the device's checks changed its answer."""
    _tell(device, "device.health", device.health)
