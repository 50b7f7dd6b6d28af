"""The reverse proxy: spooled bodies in, streamed answers out, no web thread for a slow peer."""
