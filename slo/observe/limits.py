"""Limits of a response: its size, and the seconds until it is complete."""

MOST_BYTES = 20_000_000
SECONDS = 5.0
