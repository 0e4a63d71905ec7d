"""The presentation tier: pages and a JSON API."""
