"""Load for the shop: what a visitor does, how many come, and whether the objectives held."""
