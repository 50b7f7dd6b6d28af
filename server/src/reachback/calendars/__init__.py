"""Business hours, holidays and time arithmetic; the arithmetic is pure."""
