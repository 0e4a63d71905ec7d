"""What the shop tells about itself: metrics, traces and logs."""
