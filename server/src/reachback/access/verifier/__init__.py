"""The offline verifier of exported recordings, written apart from the recorder.

It reads docs/protocols/recording.md and documents.md with code of its own: nothing here imports
`reachback_wire`, Django, or anything else of the platform. `cryptography` checks Ed25519.
Whoever distrusts the provider may read these few files and run them alone:

    python -m reachback.access.verifier FILE --trust trust.json
"""
