"""What the shop tells about itself: `instrument.py` shows how a tier is traced, `otel.py` sets up the SDK."""
