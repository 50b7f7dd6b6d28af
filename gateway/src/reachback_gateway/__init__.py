"""The front door: links, recorder, events, reverse proxy. Never imports Django."""

__version__ = "0.1.0"
