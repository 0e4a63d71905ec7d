"""What the shop tells about itself: metrics, traces and logs.

`instrument.py` shows on one screen how a tier is traced, `otel.py` sets up the SDK. The rest is what no package does.
"""
