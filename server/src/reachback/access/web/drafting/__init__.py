"""The pages on which a customer writes and signs its contract."""
