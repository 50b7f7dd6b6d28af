"""Channels of kind `files`: a folder of the device, looked at and changed under a contract."""
