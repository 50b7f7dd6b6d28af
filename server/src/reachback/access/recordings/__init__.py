"""Recordings as people meet them: what was typed, played back, exported.

The front writes the segments (recording.md); everything here only reads them.
"""
