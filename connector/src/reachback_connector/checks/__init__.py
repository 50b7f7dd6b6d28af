"""Health checks: run by the control process, without rights, with the link up or down."""
