"""People's pages for customers."""
