"""What `make test` runs around the packages' own tests: components, tools, house numbers."""
