"""STATE/connector.json: where the server is. No secret is in it."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from pathlib import Path

from reachback_connector import durable
from reachback_connector.errors import StateError
from reachback_connector.layout import Layout


@dataclass(frozen=True, slots=True)
class Settings:
    """Written by `enrol`. `ca` is a file of authorities, "" for the system's."""

    url: str
    link_url: str
    device: str
    name: str = ""
    organisation: str = ""
    ca: str = ""

    @property
    def ca_file(self) -> Path | None:
        return Path(self.ca) if self.ca else None


def load(layout: Layout) -> Settings:
    """The settings; StateError `not-enrolled` when there are none."""
    value = durable.read_json(layout.settings)
    if value is None:
        raise StateError(
            "not-enrolled",
            f"This device is not enrolled ({layout.settings} is missing). Run: "
            "reachback-connector enrol URL --token TOKEN --customer-keys SHA256:…",
        )
    try:
        return Settings(**{str(k): str(v) for k, v in value.items()})
    except TypeError as error:
        raise StateError("state-damaged", f"{layout.settings} has unknown members.") from error


def store(layout: Layout, settings: Settings) -> None:
    """Write the settings, readable by every process of the connector."""
    durable.replace_json(layout.settings, asdict(settings), mode=0o644)
