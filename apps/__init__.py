"""The demo shop: web, catalog and orders."""
