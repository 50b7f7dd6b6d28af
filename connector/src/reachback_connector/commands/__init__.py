"""The commands of `reachback-connector`, one module each."""
