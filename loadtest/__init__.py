"""Visitors of the shop, load shapes and verdicts."""
