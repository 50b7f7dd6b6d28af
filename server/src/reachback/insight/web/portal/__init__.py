"""Pages of insight for customers."""
