"""The two legs of the device link (docs/protocols/link.md) and what joins them."""
