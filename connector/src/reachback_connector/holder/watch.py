"""Waiting for descriptors: poll(2) that remembers what it was asked last time."""

from __future__ import annotations

import select


class Watch:
    """A poll object whose registrations follow what is wanted, touching only what changed."""

    def __init__(self) -> None:
        self._poll = select.poll()
        self._wanted: dict[int, int] = {}

    def only(self, wanted: dict[int, int]) -> None:
        """Watch exactly these descriptors for these events.

        A number that was closed and given to a new descriptor meanwhile needs nothing: poll(2)
        knows numbers only.
        """
        if wanted == self._wanted:
            return
        for descriptor in self._wanted.keys() - wanted.keys():
            self._poll.unregister(descriptor)
        for descriptor, events in wanted.items():
            if self._wanted.get(descriptor) != events:
                self._poll.register(descriptor, events)
        self._wanted = wanted

    def wait(self, seconds: float) -> dict[int, int]:
        """The descriptors something happened to, with poll's event bits; empty after `seconds`."""
        return dict(self._poll.poll(seconds * 1000))
