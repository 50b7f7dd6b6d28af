"""The front door: links, recorder, events, reverse proxy. Never imports Django."""
