"""Runs the whole native stack, breaks it, and holds what the stores have against what visitors and shop know."""
