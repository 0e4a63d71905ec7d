"""Numbers, times and fractions for people: with a fitting unit, and without exponents."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction

from slo.promql import duration
from slo.times import DAY

_UNITS = ((86_400, "d"), (3_600, "h"), (60, "min"))
_EXACT_FROM = 100
_FINITE = 6


def number(value: float | Decimal) -> str:
    """Return three digits, or all before the point: `2.59`, `25.9`, `2,592`, `0.00026`.

    >>> [number(n) for n in (0.00025912, 2.5912, 99.97, 2592.4, 3_000_000_000)]
    ['0.000259', '2.59', '100', '2,592', '3,000,000,000']
    """
    rounded = Decimal(f"{float(value):.3g}")
    exact = Decimal(round(Decimal(value))) if abs(rounded) >= _EXACT_FROM else rounded.normalize()
    return f"{exact:,f}"


def time(seconds: float) -> str:
    """Return a time with three digits: `51.8 s`, `7.2 min`, `3.5 h` or `1.2 d`.

    >>> [time(s) for s in (0.02, 51.84, 60, 2592, 34_560_000)]
    ['under 1 s', '51.8 s', '1 min', '43.2 min', '400 d']
    """
    if seconds < 1:
        return "under 1 s"
    size, unit = next(((size, unit) for size, unit in _UNITS if seconds >= size), (1, "s"))
    return f"{number(seconds / size)} {unit}"


def rate(per_second: Decimal) -> str:
    """Return a rate: `5/s`, and below 0.1/s `36/h` or `2/d`.

    >>> [rate(Decimal(r)) for r in ("1000", "0.5", "0.01", "0.00001")]
    ['1,000/s', '0.5/s', '36/h', '0.864/d']
    """
    for seconds, unit in ((1, "s"), (3_600, "h")):
        if per_second * seconds >= Decimal("0.1"):
            return f"{number(per_second * seconds)}/{unit}"
    return f"{number(per_second * DAY)}/d"


def percent(value: Decimal | Fraction | float) -> str:
    """Return a percentage, `0.999` as `99.9%`: exact for decimals, three digits for other numbers.

    >>> [percent(v) for v in (Decimal("0.99950"), Fraction(3, 7), 0.000000012)]
    ['99.95%', '42.9%', '0.0000012%']
    """
    if isinstance(value, Decimal):
        return f"{(value * 100).normalize():f}%"
    return f"{number(float(value) * 100)}%"


def chance(probability: float) -> str:
    """Return a probability as a percentage, with one digit where it is small.

    >>> [chance(p) for p in (1, 0.43, 0.031, 0.00002)]
    ['100%', '43%', '3%', 'under 0.1%']
    """
    if probability < 0.001:  # noqa: PLR2004 - one in a thousand
        return "under 0.1%"
    return f"{probability:.1%}" if probability < 0.01 else f"{probability:.0%}"  # noqa: PLR2004 - one digit


def exact(value: Fraction) -> str:
    """Return a fraction as a decimal of at most six places, else as a fraction: `0.02`, `67/210`.

    >>> exact(Fraction(1, 50)), exact(Fraction(67, 210)), exact(Fraction(720))
    ('0.02', '67/210', '720')
    """
    scaled = value * 10**_FINITE
    if scaled.denominator != 1:
        return f"{value.numerator}/{value.denominator}"
    return f"{Decimal(scaled.numerator).scaleb(-_FINITE).normalize():f}"


def days(seconds: int) -> str:
    """Return whole days: `1 day`, `30 days`."""
    return "1 day" if seconds == DAY else f"{seconds // DAY} days"


def one_of(value: Decimal) -> str:
    """Return a fraction in numbers: `1 of every 1,000`."""
    exactly = Fraction(value)
    return f"{exactly.numerator:,} of every {exactly.denominator:,}"


def windows(long: int, short: int) -> str:
    """Return both windows: `1h / 5m`."""
    return f"{duration(long)} / {duration(short)}"
