"""Compiles SLOs into Prometheus rules, alerts, their tests and Alertmanager routes."""
