"""Database backends and what they promise."""
