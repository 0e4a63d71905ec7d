"""Load for the shop: visitors, their number over time, and a verdict on the objectives."""
