"""Benchmarks: each prints its own tables; none of them is a test."""
