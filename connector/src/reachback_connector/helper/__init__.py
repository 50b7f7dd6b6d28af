"""The root helper: the only process with rights and with the device's key."""
