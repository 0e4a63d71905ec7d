"""Runs the demo without containers, breaks it and says whether it held."""
