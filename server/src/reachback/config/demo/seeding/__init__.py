"""The demo's first data: organisations and people that stay, 90 days of sample history that
can go.
"""
