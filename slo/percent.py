"""Shares as percentages."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from fractions import Fraction


def percent(share: Decimal | Fraction) -> str:
    """Return `99.9%` for 0.999: exact for decimals, four significant digits for fractions."""
    return f"{(share * 100).normalize():f}%" if isinstance(share, Decimal) else f"{float(share * 100):.4g}%"
