"""The lowest room: clock, ids, facts, timers, nudges, storage, slots, tenancy, database."""
