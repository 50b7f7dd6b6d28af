"""Pages of the script library and of runs."""
