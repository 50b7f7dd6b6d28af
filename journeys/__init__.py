"""End-to-end stories: a real browser, a real connector, real servers; one file each."""
