"""Event counts of every window, rolled up from subwindows."""
