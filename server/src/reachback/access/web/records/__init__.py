"""The library of recordings: searched by the provider's auditors and the customer's own."""
