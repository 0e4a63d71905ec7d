"""What prepares a checkout, with nothing but the standard library: Python environment, servers, cleaning."""
