"""What prepares a checkout: Python environment and servers. Standard library only, run before anything is installed."""
