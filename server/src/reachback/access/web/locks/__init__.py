"""Pages about the provider's locks."""
