"""Breaks of the box's own processes, each with an end that a process of its own restores."""
