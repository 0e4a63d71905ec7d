"""Limits with a unit: `250ms`, `0.268435454s`, `1MiB`; and bare numbers, which are in the metric's own unit."""

from __future__ import annotations

import re
from decimal import Decimal
from functools import lru_cache
from typing import TYPE_CHECKING, Annotated

from msgspec import Meta

from slo.promql import PromqlError, duration, parse_duration
from slo.promql.spelling import short

if TYPE_CHECKING:
    from slo.units.known import MetricUnit

_TIMES = {
    "ns": Decimal("0.000000001"), "us": Decimal("0.000001"), "µs": Decimal("0.000001"), "ms": Decimal("0.001"),
    "s": Decimal(1), "m": Decimal(60), "h": Decimal(3_600), "d": Decimal(86_400), "w": Decimal(604_800),
}  # fmt: skip
_SIZES = {
    "B": 1, "kB": 10**3, "MB": 10**6, "GB": 10**9, "TB": 10**12,
    "KiB": 2**10, "MiB": 2**20, "GiB": 2**30, "TiB": 2**40,
}  # fmt: skip
_AMOUNT = re.compile(r"(\d{1,15}(?:\.\d{1,20})?)([a-zA-Zµ]{1,3})", re.ASCII)
_NUMBER = re.compile(r"-?\d*\.?\d+(?:[eE][+-]?\d{1,3})?", re.ASCII)
_LONGEST = 30
_AMBIGUOUS_FROM = 10
_EXAMPLES = {"time": "300ms or 0.25s", "size": "512kB or 1MiB"}
_NOUNS = {"time": "a time", "size": "a size"}
_BELOW = 1_000
_DECIMALS = {"s": Decimal("0.1"), "ms": Decimal("0.001"), "us": Decimal("0.000001")}
"""The least number of seconds that is written in the unit, for times that are not whole in any unit."""


Limit = Annotated[
    str | int | float,
    Meta(
        description="A bucket bound with its unit, or a number in the unit of the metric.",
        examples=["300ms", "0.268435454s", "1MiB"],
        extra_json_schema={
            "pattern": r"^([0-9]+(ms|[smhdw]))+$|^[0-9]*\.?[0-9]+([nuµ]s|ms|[smhdw]|[kMGT]?B|[KMGT]iB)?$"
        },
    ),
]
"""What a limit may be in a specification."""


class LimitError(ValueError):
    """A text is not a limit for a metric; the message has the reason, the hint the fix."""

    def __init__(self, message: str, hint: str = "") -> None:
        """Keep both."""
        super().__init__(message)
        self.message = message
        self.hint = hint


def is_size(text: str | float) -> bool:
    """Whether a limit has a unit of bytes."""
    found = _AMOUNT.fullmatch(str(text))
    return found is not None and found[2] in _SIZES


def limit(said: str | float, unit: MetricUnit, *, chosen: bool = False) -> Decimal:
    """Return a limit as a number in the unit of the metric.

    Args:
        said: an amount with its unit, or a number in the unit of the metric.
        unit: that of the metric.
        chosen: the specification gives the unit of the metric by `unit`.

    Raises:
        LimitError: it is neither, not above 0, ambiguous, or a time where the metric is in bytes, or a size of times.
    """
    text = str(said)
    number = Decimal(text) if _NUMBER.fullmatch(text) else None
    if number is None:
        number = _converted(text, unit)
    elif unit.name == "seconds" and not chosen and number >= _AMBIGUOUS_FROM:
        raise LimitError(f"{short(text)} is ambiguous: milliseconds or seconds", f"write {text}ms or {text}s")
    if number <= 0:
        raise LimitError(f"a limit must be above zero; {short(text)} is not")
    if len(f"{number:f}") > _LONGEST:
        raise LimitError(f"{short(text)} has no short exact value in {unit.name}", f"write a number of {unit.name}")
    return number.normalize()


def _converted(text: str, unit: MetricUnit) -> Decimal:
    found = _AMOUNT.fullmatch(text)
    if found and found[2] == "KB":
        raise LimitError(f'"{text}" is ambiguous', f"write {found[1]}kB (1000 bytes) or {found[1]}KiB (1024 bytes)")
    amount = _amount(text)
    if amount is None:
        raise LimitError(f'"{short(text)}" is not a limit', f"write a number and a unit, as in {_EXAMPLES[unit.kind]}")
    if amount[0] != unit.kind:
        raise LimitError(f'"{short(text)}" is {_NOUNS[amount[0]]}, and the metric is in {unit.name}', _way_out(unit))
    return amount[1] / unit.size


def _amount(text: str) -> tuple[str, Decimal] | None:
    """Return the kind of the amount, and its seconds or bytes."""
    found = _AMOUNT.fullmatch(text)
    if found and found[2] in _SIZES:
        return "size", Decimal(found[1]) * _SIZES[found[2]]
    if found and found[2] in _TIMES:
        return "time", Decimal(found[1]) * _TIMES[found[2]]
    try:
        return "time", parse_duration(text)
    except PromqlError:
        return None


def _way_out(unit: MetricUnit) -> str:
    other = "bytes" if unit.kind == "time" else "milliseconds"
    return f"write {_EXAMPLES[unit.kind]}, or give the unit of the metric: unit: {other}"


@lru_cache(maxsize=1024)
def spell(number: Decimal, unit: MetricUnit) -> str:
    """Return a number in the unit of a metric as an exact limit for `under`.

    >>> from slo.units.known import UNITS
    >>> ms, size = UNITS["milliseconds"], UNITS["bytes"]
    >>> [spell(Decimal(n), ms) for n in ("5000", "250", "0.1", "2.5")]
    ['5s', '250ms', '100us', '2.5ms']
    >>> [spell(Decimal(n), size) for n in ("1048576", "5000000", "1500")]
    ['1MiB', '5MB', '1500B']
    """
    amount = number * unit.size
    return _size(amount) if unit.kind == "size" else _time(amount)


def _time(seconds: Decimal) -> str:
    if seconds * 1000 == int(seconds * 1000):
        return duration(seconds)
    for name in ("us", "ns"):
        count = seconds / _TIMES[name]
        if count == int(count) and count < _BELOW:
            return f"{count.normalize():f}{name}"
    name = next((name for name, least in _DECIMALS.items() if seconds >= least), "ns")
    return f"{(seconds / _TIMES[name]).normalize():f}{name}"


def _size(size: Decimal) -> str:
    for name, factor in sorted(_SIZES.items(), key=lambda item: -item[1]):
        if size >= factor and size % factor == 0 and factor > 1:
            return f"{(size / factor).normalize():f}{name}"
    return f"{size.normalize():f}B"
