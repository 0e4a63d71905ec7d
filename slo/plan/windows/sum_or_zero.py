"""Sums of several vectors, in which one that is missing counts as nothing.

PromQL's `+` is empty where either side is. So the parts are joined with `or`, told apart by the label `tile`, and added
up over it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

_FEW = 3
"""`or` looks at every series of both of its sides, so a union costs the square of its length: two of two are cheaper
than one of four."""


def total(parts: Sequence[str], pad: str = "  ") -> str:
    """What all of the expressions add up to; many of them in several sums."""
    if len(parts) > _FEW:
        size = -(-len(parts) // _FEW)
        chunks = [parts[start : start + size] for start in range(0, len(parts), size)]
        parts = [total(chunk, f"  {pad}") if len(chunk) > 1 else chunk[0] for chunk in chunks]
    else:
        parts = [part.replace("\n", f"\n{pad}   ") for part in parts]
    first, *others = parts
    apart = [f'{pad}or label_replace({part}, "tile", "{number}", "", "")' for number, part in enumerate(others, 1)]
    return "\n".join(["sum without (tile) (", f"{pad}   {first}", *apart, f"{pad[2:]})"])
