"""The program on a customer's device."""
