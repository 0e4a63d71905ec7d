"""Deadlines, retries, circuit breakers and load shedding: the shop while a dependency is slow or down."""
