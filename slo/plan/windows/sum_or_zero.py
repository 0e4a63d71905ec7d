"""Sums of vectors in which a missing one counts as zero.

PromQL's `+` is empty where either side is. So the vectors are joined with `or`, told apart by the label `tile`, and
summed without it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

_MOST = 3
"""`or` compares every series of both sides, so the cost is quadratic: two sums of two are cheaper than one of four."""


def total(parts: Sequence[str], pad: str = "  ") -> str:
    """Return the sum of all expressions; of many as nested sums."""
    if len(parts) > _MOST:
        size = -(-len(parts) // _MOST)
        chunks = [parts[start : start + size] for start in range(0, len(parts), size)]
        parts = [total(chunk, f"  {pad}") if len(chunk) > 1 else chunk[0] for chunk in chunks]
    else:
        parts = [part.replace("\n", f"\n{pad}   ") for part in parts]
    first, *others = parts
    labelled = [f'{pad}or label_replace({part}, "tile", "{number}", "", "")' for number, part in enumerate(others, 1)]
    return "\n".join(["sum without (tile) (", f"{pad}   {first}", *labelled, f"{pad[2:]})"])
