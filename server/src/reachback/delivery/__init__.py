"""Delivery: messages on their way to people, and what became of them."""
