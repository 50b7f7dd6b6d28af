"""Web pages beside a device, each session's at an origin of its own (docs/protocols/front.md)."""
