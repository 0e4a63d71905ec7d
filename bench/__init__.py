"""Benchmarks: each prints its own table; none of them is a test."""
