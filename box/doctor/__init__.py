"""Checks whether all signals of a running box arrive and correlate, and names what is broken."""
