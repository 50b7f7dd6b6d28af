"""`reachback tunnel`: a technician's own program for the tunnels a contract allows.

It runs on the technician's computer, without Django and without a database.
"""
