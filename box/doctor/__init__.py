"""Looks whether all signals of a running box arrive and lead to each other, and names what is broken."""
