"""Runs the services under PyPI's supervisor."""
