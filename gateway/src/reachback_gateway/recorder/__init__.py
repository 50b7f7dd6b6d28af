"""Recordings: written before anything is forwarded, read again by everyone who watches."""
