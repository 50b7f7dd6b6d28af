"""The shell holder: one process per session channel, which outlives every other process."""
