"""Spellings of a bucket bound, the label `le`."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from decimal import Decimal


@lru_cache(maxsize=1024)
def bound_pattern(bound: Decimal) -> str:
    r"""Return a regular expression that matches every spelling of a bound above 0, and no other number.

    Prometheus 3 writes 1.0 and 1e+06, Go 1 and 1e+06, Java 1.0 and 3.0E-4, Python 1.0 and 1e-05.

    >>> from decimal import Decimal
    >>> print(bound_pattern(Decimal("1")))
    1(\.0+)?([eE][+-]?0+)?
    >>> print(bound_pattern(Decimal("0.25")))
    0\.250*|2\.50*[eE]-0*1
    >>> print(bound_pattern(Decimal("1000000")))
    1000000(\.0+)?|1(\.0+)?[eE][+]?0*6
    """
    exponent = bound.adjusted()
    mantissa = _decimal(bound.scaleb(-exponent))
    if exponent == 0:
        return f"{mantissa}([eE][+-]?0+)?"
    sign = "-" if exponent < 0 else "[+]?"
    return f"{_decimal(bound)}|{mantissa}[eE]{sign}0*{abs(exponent)}"


def _decimal(number: Decimal) -> str:
    """Match the number without an exponent, with any trailing zeros."""
    text = f"{number.normalize():f}"
    return f"{re.escape(text)}0*" if "." in text else f"{text}(\\.0+)?"
