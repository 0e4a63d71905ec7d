"""Alert rules: burn rate, budget exhausted, no data."""
