"""The demo: inject a fault into the shop, watch the page arrive and resolve, and compare both with theory."""
