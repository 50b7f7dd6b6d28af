"""The heart: cases, their timelines, queues and service-level clocks."""
