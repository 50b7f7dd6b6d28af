"""Writing a contract: drafts, templates, what is wrong with them, who could do what, what changes.

Nothing here allows anything. A draft becomes a document's bytes, and only the customer's signatures
over those bytes count.
"""
