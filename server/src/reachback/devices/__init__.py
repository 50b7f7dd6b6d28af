"""Devices: inventory, enrolment, the link's state, health checks and the alerts they raise."""
