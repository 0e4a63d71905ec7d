"""A black-box prober: measures the shop from outside, as a customer sees it; it knows only its address."""
