"""`slo serve`: read-only pages over what Prometheus and Alertmanager know about SLOs."""
