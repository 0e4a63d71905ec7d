"""Numbers and times as people read them: the filters of the templates."""

from __future__ import annotations

import math
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from slo.serve import durations

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

_NONE = "–"
_PREFIXES = ((1e12, 1e12, "T"), (1e9, 1e9, "G"), (1e6, 1e6, "M"), (1e4, 1e3, "k"))
"""From which number on a prefix is used, and its size."""
_LONG, _SHORT, _LITTLE = 1e4, 10, 0.01


def percent(ratio: float | None, digits: int = 1) -> str:
    """Return `42.0%`; a dash where there is no value."""
    return _NONE if ratio is None or not math.isfinite(ratio) else f"{ratio * 100:.{digits}f}%"


def attainment(ratio: float | None) -> str:
    """Return a good share with as many digits as tell it from 100 %: rounding down, never up to the objective."""
    if ratio is None or not math.isfinite(ratio):
        return _NONE
    return f"{math.floor(ratio * 1e6) / 1e4:.6g}%"


def objective(ratio: float) -> str:
    """Return `99.95%`."""
    return f"{round(ratio * 100, 10):.10g}%"


def burn(rate: float | None) -> str:
    """Return `14.4×`."""
    if rate is None or not math.isfinite(rate):
        return _NONE
    return f"{rate:.0f}×" if rate >= 100 else f"{rate:.3g}×" if rate >= 0.01 or rate == 0 else "<0.01×"  # noqa: PLR2004


def count(number: float | None) -> str:
    """Return `1,234`, `12.3k`, `4.56M`."""
    if number is None or not math.isfinite(number):
        return _NONE
    if abs(number) < _SHORT and number != round(number):
        return f"{round(number, 2):.2g}" if abs(number) >= _LITTLE else "<0.01" if number > 0 else ">-0.01"
    rounded = float(f"{number:.3g}") if abs(number) >= _LONG else number
    found = ((size, prefix) for least, size, prefix in _PREFIXES if abs(rounded) >= least)
    size, prefix = next(found, (1.0, ""))
    return f"{rounded / size:.3g}{prefix}" if prefix else f"{number:,.0f}"


def events(number: float | None, one: str) -> str:
    """Return a number of events with its noun, given as for one."""
    text = count(number)
    return f"{text} {one}" if text in {"1", "-1"} else f"{text} {one}s"


def clock(seconds: float) -> str:
    """Return a Unix time in UTC, for machines to read."""
    return datetime.fromtimestamp(seconds, UTC).isoformat(timespec="seconds")


def web(url: str) -> str:
    """Return a link that leads to a page; one of another scheme, or a template, is dropped."""
    return url if url.lower().startswith(("http://", "https://")) and "{{" not in url else ""


def milliseconds(seconds: float) -> str:
    """Return a short time: `0.42 ms`, `35 ms`, `1.27 s`."""
    if seconds >= 1:
        return f"{seconds:.3g} s"
    return f"{seconds * 1_000:.3g} ms"


def time_of_day(seconds: float) -> str:
    """Return a Unix time as people read it, in UTC."""
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%d %H:%M:%S UTC")


def sparkline(values: Sequence[float]) -> str:
    """Return the points of a line in a box of 100 by 24; the bottom is an exhausted budget, or the lowest value."""
    finite = [value for value in values if math.isfinite(value)]
    if len(finite) < 2:  # noqa: PLR2004 - a line has two ends
        return ""
    low, high = min(0.0, *finite), max(1.0, *finite)
    width = 100 / (len(finite) - 1)
    return " ".join(
        f"{index * width:.0f},{23 - 22 * (value - low) / (high - low):.0f}" for index, value in enumerate(finite)
    )


FILTERS: Mapping[str, Callable[..., str | bool]] = {
    "percent": percent,
    "attainment": attainment,
    "objective": objective,
    "burn": burn,
    "count": count,
    "events": events,
    "clock": clock,
    "time": time_of_day,
    "milliseconds": milliseconds,
    "finite": math.isfinite,
    "web": web,
    "sparkline": sparkline,
    "duration": durations.show,
}
