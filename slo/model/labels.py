"""Labels, the type that every part of the model shares."""

from __future__ import annotations

Labels = tuple[tuple[str, str], ...]
"""Label names and values, in the order in which they are printed."""
