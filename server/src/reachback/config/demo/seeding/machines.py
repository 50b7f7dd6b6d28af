"""Thirty sample devices at the sample customers' sites: records without a machine behind them."""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import UUID

from reachback.config.demo.seeding.cast import Customer
from reachback.devices.operations.add_sample_device import add_sample_device
from reachback.kernel.actors import Actor

KINDS = (
    ("till", "Debian 12, till image 4.2"),
    ("kiosk", "Debian 12, kiosk image 2.9"),
    ("server", "Debian 12"),
    ("signage", "Raspberry Pi OS 12"),
)
DEVICES = 30


def place(
    actor: Actor, now: datetime, customers: tuple[Customer, ...]
) -> dict[UUID, list[tuple[UUID, str]]]:
    """Make the devices in turn over the sites; return those of each site."""
    sites = [(customer.id, *site) for customer in customers for site in customer.sites]
    placed: dict[UUID, list[tuple[UUID, str]]] = {site: [] for _, site, _ in sites}
    for index in range(DEVICES):
        organisation, site, town = sites[index % len(sites)]
        kind, system = KINDS[(index // len(sites)) % len(KINDS)]
        name = f"{town.split()[0].lower()}-{kind}-{index // len(sites) + 1}"
        device_id = add_sample_device(
            actor=actor,
            now=now - timedelta(days=90 - index),
            organisation_id=organisation,
            site_id=site,
            name=name,
            tags=(kind,),
            system=system,
        )
        placed[site].append((device_id, name))
    return placed
