"""Sample values as decimal numbers."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction

_PLACES = Decimal("1e-15")
_CLOSE = 1e-9


def decimal(value: Fraction | float) -> Decimal | int:
    """Return an integer, or a decimal with enough digits."""
    exact = Fraction(value)
    if exact.denominator == 1:
        return int(exact)
    found = Decimal(exact.numerator) / Decimal(exact.denominator)
    return found.quantize(_PLACES).normalize() if abs(found) < 1 else found.normalize()


def near(one: float, other: float) -> bool:
    """Whether two numbers are equal except for rounding."""
    return abs(one - other) <= _CLOSE * max(1.0, abs(one), abs(other))
