"""What is true of an SLI where series are missing: good and bad events of known minutes, and which minutes are unknown.

Written from the rules on the language page alone; it shares no code with the compiler.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from itertools import accumulate
from typing import TYPE_CHECKING

from tests.rules.missing.queries import BLUR, Counter, Difference, around, written
from tests.rules.missing.timeline import MINUTES

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tests.rules.missing.queries import Counts, Query
    from tests.rules.missing.timeline import Series


class State(Enum):
    """What is known of a minute; `OPEN`: the rules leave it to the compiler."""

    KNOWN = 1
    UNKNOWN = 2
    OPEN = 3


@dataclass(frozen=True)
class Bounds:
    """Least and most of bad and of all events, for every minute; a single one is taken for a slice."""

    bad: Sequence[tuple[float, float]]
    total: Sequence[tuple[float, float]]


class Member:
    """The truth about one member of the group, or about an SLO that has none."""

    def __init__(self, states: Sequence[State], bounds: Bounds, edges: Sequence[int]) -> None:
        """Take what is known of every minute, and the minutes at which any of its series changes."""
        changes = [n for n in range(1, MINUTES) if states[n] is not states[n - 1]]
        self.states = states
        self.near = around([*changes, *edges], BLUR)
        soft = around(changes, BLUR)
        self.bad = [_bounded(*bounds.bad[n], states[n], soft=n in soft) for n in range(MINUTES)]
        self.total = [_bounded(*bounds.total[n], states[n], soft=n in soft) for n in range(MINUTES)]
        self._peak = max(least for least, _ in self.total)
        self._sums = [_sums(part, end) for part in (self.bad, self.total) for end in (0, 1)]

    def ratio(self, at: int, window: int) -> tuple[float, float] | None:
        """Least and most of the error ratio of a window that ends at a minute; None where it has no events at all."""
        start = max(0, at - window)
        least_bad, most_bad, least, most = (sums[at] - sums[start] for sums in self._sums)
        if most <= 0:
            return None
        return least_bad / most, most_bad / least if least > 0 else float("inf")

    def events(self, at: int, window: int) -> float:
        """The fewest events of a window."""
        least = self._sums[2]
        return least[at] - least[max(0, at - window)]

    def covered(self, at: int, window: int) -> float:
        """The part of the window that is known, at least."""
        start = max(0, at - window)
        return sum(self.states[n] is State.KNOWN and n not in self.near for n in range(start, at)) / window

    def all_in(self, state: State, start: int, end: int) -> bool:
        """Whether every minute has this state; minutes before the first one have none."""
        return start >= 0 and all(one is state for one in self.states[start:end])

    def quiet(self, start: int, end: int, limit: float) -> bool:
        """Whether no minute comes near an error ratio."""
        minutes = range(max(0, start), end)
        return all(self.bad[n][1] <= limit / 2 * self.total[n][0] for n in minutes)

    def busy(self, minute: int) -> bool:
        """Whether a minute has a good part of the events that the member has in others."""
        return self.total[minute][1] >= self._peak / 4

    def burning(self, minute: int, limit: float) -> bool:
        """Whether at least this share of a minute's events is bad for certain."""
        return self.total[minute][1] > 0 and self.bad[minute][0] >= limit * self.total[minute][1]


@dataclass(frozen=True)
class Events:
    """An SLI of events: two of three queries."""

    total: Query | None = None
    good: Query | None = None
    bad: Query | None = None

    def text(self, by: str, *, plain: bool) -> dict[str, object]:
        """Return the SLI as written in the file."""
        named = {"total": self.total, "good": self.good, "bad": self.bad}
        return {"events": {name: written(query, by, plain=plain) for name, query in named.items() if query}}

    def member(self, series: Sequence[Series]) -> Member:
        """What is true of these series."""
        counts = [query.count(series) if query else None for query in (self.total, self.good, self.bad)]
        total, good, bad = counts
        if total and bad:
            states, bounds = _total_bad(total, bad)
        elif total and good:
            states, bounds = _total_good(total, good, same=self._same(self.total, self.good))
        else:
            assert good
            assert bad
            states, bounds = _good_bad(good, bad, same=self._same(self.good, self.bad))
        unknown = frozenset().union(*(one.unknown for one in counts if one))
        states = [State.UNKNOWN if n in unknown else state for n, state in enumerate(states)]
        return Member(states, bounds, _edges(series))

    @staticmethod
    def _same(one: Query | None, other: Query | None) -> bool:
        return bool(one and other and one.metrics() & other.metrics())


@dataclass(frozen=True)
class Latency:
    """Fast events of a histogram: targets with a bucket of this bound are known, the others are not.

    `by`: the kind `latency`, or the query of `events` that reads the bucket, `good` or `bad`.
    """

    histogram: str
    under: str
    bound: str
    by: str = "latency"

    def text(self, by: str, *, plain: bool) -> dict[str, object]:
        """Return the SLI as written in the file."""
        if self.by == "latency":
            return {"latency": {"histogram": self.histogram, "under": self.under}}
        count, bucket = Counter(f"{self.histogram}_count", {}), Counter(f"{self.histogram}_bucket", {"le": self.bound})
        query = bucket if self.by == "good" else Difference(count, bucket)
        return Events(**{"total": count, self.by: query}).text(by, plain=plain)

    def member(self, series: Sequence[Series]) -> Member:
        """What is true of these series: the sum over the targets that have both."""
        count, bucket = f"{self.histogram}_count", f"{self.histogram}_bucket"
        parts = []
        for instance in sorted({one.labels["instance"] for one in series}):
            own = [one for one in series if one.labels["instance"] == instance]
            part = Events(Counter(count, {}), Counter(bucket, {"le": self.bound})).member(own)
            parts.append(part)
        known = [any(part.states[n] is State.KNOWN for part in parts) for n in range(MINUTES)]
        bad = [_plus([part.bad[n] for part in parts]) for n in range(MINUTES)]
        total = [_plus([part.total[n] for part in parts]) for n in range(MINUTES)]
        states = [State.KNOWN if one else State.UNKNOWN for one in known]
        return Member(states, Bounds(bad, total), _edges(series))


@dataclass(frozen=True)
class Ratio:
    """An SLI of the kind `ratio`: a minute is bad to the share that `part` has of `whole`."""

    part: Query
    whole: Query
    success: bool = False

    def text(self, by: str, *, plain: bool) -> dict[str, object]:  # noqa: ARG002 - there is one way to write it
        """Return the SLI as written in the file."""
        part, whole = self.part.text(by), self.whole.text(by)
        return {"ratio": {"success" if self.success else "error": f"({part}) / ({whole})"}}

    def member(self, series: Sequence[Series]) -> Member:
        """What is true of these series; whether a part without any series is 0 is open."""
        part, whole = self.part.count(series), self.whole.count(series)
        states = [
            State.UNKNOWN if not all_there or n in part.unknown else State.KNOWN if there else State.OPEN
            for n, (there, all_there) in enumerate(zip(part.there, whole.there, strict=True))
        ]
        shares = [_share(part, whole, n) for n in range(MINUTES)]
        near = around(_edges(series), 2)
        shares = [(0.0, 1.0) if n in near else share for n, share in enumerate(shares)]
        shares = [(1 - high, 1 - low) if self.success else (low, high) for low, high in shares]
        return Member(states, Bounds(shares, [(1.0, 1.0)] * MINUTES), _edges(series))


Sli = Events | Latency | Ratio
States = list[State]


def _total_bad(total: Counts, bad: Counts) -> tuple[States, Bounds]:
    """Without a total nothing is known; without bad series nothing was bad."""
    states = [State.KNOWN if there else State.UNKNOWN for there in total.there]
    return states, Bounds(_pairs(bad), _pairs(total))


def _total_good(total: Counts, good: Counts, *, same: bool) -> tuple[States, Bounds]:
    """Good events of the same metric that have no series did not happen; those of another metric are unknown."""
    known = [there and (same or beside) for there, beside in zip(total.there, good.there, strict=True)]
    least = [max(0.0, low - high) for low, high in zip(total.least, good.most, strict=True)]
    most = [max(0.0, high - low) for high, low in zip(total.most, good.least, strict=True)]
    states = [State.KNOWN if one else State.UNKNOWN for one in known]
    return states, Bounds(list(zip(least, most, strict=True)), _pairs(total))


def _good_bad(good: Counts, bad: Counts, *, same: bool) -> tuple[States, Bounds]:
    """As above; bad events that have no series did not happen."""
    known = [there or (same and beside) for there, beside in zip(good.there, bad.there, strict=True)]
    total = [_plus(pair) for pair in zip(_pairs(good), _pairs(bad), strict=True)]
    return [State.KNOWN if one else State.UNKNOWN for one in known], Bounds(_pairs(bad), total)


def _share(part: Counts, whole: Counts, minute: int) -> tuple[float, float]:
    least = part.least[minute] / whole.most[minute] if whole.most[minute] else 0.0
    most = part.most[minute] / whole.least[minute] if whole.least[minute] else 1.0
    return min(1.0, least), min(1.0, most)


def _pairs(counts: Counts) -> list[tuple[float, float]]:
    return list(zip(counts.least, counts.most, strict=True))


def _plus(pairs: Sequence[tuple[float, float]]) -> tuple[float, float]:
    return sum(low for low, _ in pairs), sum(high for _, high in pairs)


def _bounded(least: float, most: float, state: State, *, soft: bool) -> tuple[float, float]:
    if soft or state is State.OPEN:
        return 0.0, most
    return (least, most) if state is State.KNOWN else (0.0, 0.0)


def _sums(pairs: Sequence[tuple[float, float]], end: int) -> list[float]:
    return [0.0, *accumulate(pair[end] for pair in pairs)]


def _edges(series: Sequence[Series]) -> list[int]:
    return sorted({edge for one in series for edge in one.edges()})
