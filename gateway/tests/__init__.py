"""Tests of the front with real processes and sockets."""
