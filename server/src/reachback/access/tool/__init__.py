"""The customer's own tool: forms into documents, signatures, trust.json. Offline, no Django.

It runs where the customer's keys are, never on the provider's server. What it signs it first shows
in the sentences that the devices will apply, rendered from the very bytes it signs.
"""
