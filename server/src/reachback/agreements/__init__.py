"""Entitlements: hours, channels and targets per organisation and site."""
