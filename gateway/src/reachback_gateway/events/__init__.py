"""Server-sent events: one stream per browser, filled by nudges that may be lost."""
