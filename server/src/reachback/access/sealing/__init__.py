"""What is kept sealed: the keys of recordings and of the command index (decisions/0010)."""
