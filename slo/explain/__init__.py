"""Explain one SLO: facts first, then the facts as text."""
