"""Tunnels: one TCP connection from this device to a target the contract names, per channel."""
