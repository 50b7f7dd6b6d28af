"""The append-only, verifiable log of who did what, to whom, when and why."""
