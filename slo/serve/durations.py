"""Durations as people read them."""

from __future__ import annotations

import math

_UNITS = (("d", 86_400), ("h", 3_600), ("m", 60), ("s", 1))


def show(seconds: float) -> str:
    """Return the two largest units: `3d 4h`, `59s`; an infinite duration is a dash."""
    if not math.isfinite(seconds):
        return "–"
    rest, parts = round(abs(seconds)), []
    for unit, size in _UNITS:
        count, rest = divmod(rest, size)
        parts.append((count, unit))
    first = next((index for index, (count, _) in enumerate(parts) if count), len(parts) - 1)
    text = " ".join(f"{count}{unit}" for count, unit in parts[first : first + 2] if count) or "0s"
    return f"-{text}" if seconds < 0 else text
