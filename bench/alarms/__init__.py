"""Raises each alert by a fault, a kill or a pause of a whole stack, and compares what fires with what is expected."""
