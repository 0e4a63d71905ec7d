"""Scenarios: the input series of one SLO in a test case, and what must fire."""
