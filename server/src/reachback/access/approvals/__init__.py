"""Approvals: a technician asks, the customer's approvers answer with their keys.

What opens a device is the signature the grant carries, judged by web, front and device alike; the
rows here find the people, keep the queue short and remember who said what.
"""
