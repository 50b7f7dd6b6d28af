"""Access: contracts, grants, sessions, recordings, and the verifier anybody may run."""
