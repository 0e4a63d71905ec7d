"""The range of time that a viewer looks at: the last hours, or from one time to another."""

from __future__ import annotations

import math
import re
import time
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from slo.promql import PromqlError, parse_duration
from slo.serve.ranges import Span, align

if TYPE_CHECKING:
    from collections.abc import Mapping

PRESETS = ("15m", "1h", "6h", "12h", "1d", "3d", "7d", "30d")
_SCALED_WINDOW = 24 * 3_600.0
_FUTURE = 86_400.0
_LONGEST = 31_536_000.0
_RELATIVE = re.compile(r"[0-9a-z]{1,20}")


@dataclass(frozen=True, slots=True)
class Period:
    """The last `window`; or, if `end` is set, the time from `start` to `end` in Unix seconds."""

    window: str
    start: float = 0.0
    end: float = 0.0

    @classmethod
    def of(cls, given: Mapping[str, str], default: str = "1h") -> Period:
        """Return the period of a query string: `from` and `to`, or `range`; what is invalid there is the default."""
        start, end = _moment(given.get("from", "")), _moment(given.get("to", ""))
        window = given.get("range", default)
        window = window if _RELATIVE.fullmatch(window) and seconds_of(window) else default
        if start is not None and end is not None and 0 <= start < end <= time.time() + _FUTURE:
            return cls(window, start, min(end, start + _LONGEST))
        return cls(window)

    @property
    def fixed(self) -> bool:
        """Return whether it stays where it is as time goes on."""
        return self.end > 0

    @property
    def seconds(self) -> float:
        """Return its length."""
        return self.end - self.start if self.fixed else seconds_of(self.window)

    @property
    def query(self) -> dict[str, str]:
        """Return the parameters of links that keep it."""
        return {"from": f"{self.start:.0f}", "to": f"{self.end:.0f}"} if self.fixed else {"range": self.window}

    @property
    def times(self) -> tuple[float, float]:
        """Return its start and end now."""
        now = time.time()
        return (self.start, self.end) if self.fixed else (now - self.seconds, now)

    @property
    def fields(self) -> tuple[str, str]:
        """Return its start and end as form fields have them, in UTC."""
        start, end = (datetime.fromtimestamp(each, UTC).strftime("%Y-%m-%dT%H:%M") for each in self.times)
        return start, end

    @property
    def name(self) -> str:
        """Return what it is called."""
        start, end = (each.replace("T", " ") for each in self.fields)
        return f"{start} to {end} UTC" if self.fixed else f"the last {self.window}"

    @property
    def span(self) -> Span:
        """Return the aligned range to ask for."""
        return align(*self.times)


def default_range(window: float) -> str:
    """Return the range of the charts at first: a day, or a quarter of an hour where the windows are scaled down."""
    return "15m" if window <= _SCALED_WINDOW else "1d"


def seconds_of(window: str) -> float:
    """Return the seconds of a range, at most a year; 0 where it is not one."""
    try:
        return min(float(parse_duration(window)), _LONGEST)
    except PromqlError:
        return 0.0


def _moment(text: str) -> float | None:
    """Return a Unix time: a number, or date and time in UTC as forms send them."""
    try:
        if re.fullmatch(r"\d{1,12}(\.\d+)?", text):
            return float(text)
        moment = datetime.fromisoformat(text[:32])
        moment = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
        found = moment.timestamp()
    except (ValueError, OverflowError):
        return None
    return found if math.isfinite(found) else None
