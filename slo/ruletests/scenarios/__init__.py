"""What one SLO does in a test case, and what must fire."""
