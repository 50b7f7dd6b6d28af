"""The control process: unprivileged, the only network-facing part, a relay that knows no keys."""
