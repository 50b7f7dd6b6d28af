"""The sans-IO core of Reachback.

Bytes and the time go in, events and bytes come out: no socket, no clock, no thread, no Django.
Only :mod:`reachback_wire.signing` may import ``cryptography``.
"""
