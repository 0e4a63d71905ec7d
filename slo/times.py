"""Lengths of time that the whole compiler counts in, in seconds."""

MINUTE, HOUR, DAY = 60, 3_600, 86_400

SUBWINDOW = 5 * MINUTE
"""The shortest recorded window: it is counted from the user's own series, and longer ones from it."""
