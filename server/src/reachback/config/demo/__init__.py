"""The hotel story on real processes: provider, customer, device, guest registration, a cable
to cut.
"""
