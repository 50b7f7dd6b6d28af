"""Django backend for SQLite with one fair writer at a time."""
