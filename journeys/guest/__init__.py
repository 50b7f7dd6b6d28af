"""A Debian machine of its own under qemu, for what no process of ours can play."""
