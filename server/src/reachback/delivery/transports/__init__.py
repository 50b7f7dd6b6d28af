"""The ways out: each takes one message and says what became of it, never raises for the world."""

from reachback.delivery.transports.outcome import Accepted, Later, Outcome, Refused

__all__ = ["Accepted", "Later", "Outcome", "Refused"]
