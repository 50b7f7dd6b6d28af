"""Reachback, the open support network: the platform."""

__version__ = "0.1.0"
