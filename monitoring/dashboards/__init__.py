"""Grafana dashboards of the platform, as code: `python -m monitoring.dashboards` writes them."""
