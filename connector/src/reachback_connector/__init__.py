"""The program on a customer's device."""

__version__ = "0.1.0"
