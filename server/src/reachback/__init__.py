"""Reachback, the open support network: the platform."""
