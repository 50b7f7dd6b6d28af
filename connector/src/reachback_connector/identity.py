"""Who this installation is: an instance id bound to the machine it was made on.

A state directory copied to another machine finds a different machine id and makes itself a new
instance id, so the server sees two instances of one key and holds both to health only.
"""

from __future__ import annotations

import secrets

from reachback_connector import durable
from reachback_connector.layout import Layout


def instance_id(layout: Layout, machine: str) -> str:
    """The instance id for `machine`, made and stored when there is none for it yet."""
    instance = known(layout, machine)
    if not instance:
        instance = fresh()
        store(layout, machine, instance)
    return instance


def known(layout: Layout, machine: str) -> str:
    """The stored instance id, "" when there is none for this machine."""
    stored = durable.read_json(layout.instance)
    return str(stored["instance"]) if stored and stored.get("machine") == machine else ""


def fresh() -> str:
    """A new instance id."""
    return secrets.token_hex(16)


def store(layout: Layout, machine: str, instance: str) -> None:
    """Bind `instance` to `machine`."""
    durable.replace_json(layout.instance, {"instance": instance, "machine": machine}, mode=0o644)
