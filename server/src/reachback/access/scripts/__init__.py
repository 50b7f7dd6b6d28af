"""The script library's rules, without rows: typed parameters, texts, differences. Pure."""
