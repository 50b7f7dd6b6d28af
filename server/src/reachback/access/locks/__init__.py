"""Locks of the provider: which stand, whom they stop."""
