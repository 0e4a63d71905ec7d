"""Metrics, traces and logs of the shop: `instrument.py` shows how a tier is traced, `otel.py` sets up the SDK."""
