"""Composition: settings, process roles, the command line. The only room that knows every app."""
