"""SLI kind `events`: two of total, good and bad counted by counters."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import msgspec

from slo.diagnostics import Diagnostic, Place
from slo.model import Base, Counts, Feed
from slo.promql import Selector, parse_selector
from slo.selectors import check_selector, example, rate

if TYPE_CHECKING:
    from collections.abc import Iterator

_FIELDS = ("total", "good", "bad")


class EventsSpec(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`events: {total, bad}`, `{total, good}` or `{good, bad}`: selectors of counters."""

    total: str | None = None
    good: str | None = None
    bad: str | None = None

    def check(self, place: Place) -> Iterator[Diagnostic]:
        """Exactly two selectors, each of them plain."""
        given = [name for name in _FIELDS if getattr(self, name) is not None]
        if len(given) != 2:  # noqa: PLR2004 - two of three
            said = ", ".join(given) if given else "none"
            yield Diagnostic("SLO042", place, f"events needs exactly two of total, good and bad; here: {said}")
        for name in given:
            yield from check_selector(getattr(self, name), place.at(name))

    def build(self) -> Events:
        """The SLI; only for a spec that `check` passed."""
        parsed = {name: parse_selector(text) for name in _FIELDS if (text := getattr(self, name)) is not None}
        return Events(parsed.get("total"), parsed.get("good"), parsed.get("bad"))


@dataclass(frozen=True, slots=True)
class Events:
    """Good and bad events from counters; exactly one of the three selectors is None."""

    total: Selector | None
    good: Selector | None
    bad: Selector | None

    def counts(self, base: Base) -> Counts:
        """Rates of the two counters that are given, and the third from them."""
        total, good, bad = (rate(s, base) if s else "" for s in (self.total, self.good, self.bad))
        if self.good is None:
            return Counts(total, bad)
        if self.bad is None:
            return Counts(total, f"clamp_min({total} - ({good} or 0 * {total}), 0)")
        return Counts(f"(({good} or 0 * {bad}) + ({bad} or 0 * {good}))", bad)

    def selectors(self) -> tuple[str, ...]:
        """The selectors that are given."""
        return tuple(str(s) for s in (self.total, self.good, self.bad) if s is not None)

    def feeds(self) -> tuple[Feed, ...]:
        """Series that only good events add to, and series that bad ones add to, as the selectors tell them apart."""
        if self.total is None:
            return _feeds((self.good, self.bad, 1, 0), (self.bad, self.good, 0, 1))
        part, good, bad = (self.good, 1, 0) if self.bad is None else (self.bad, 0, 1)
        if part is None or part.name != self.total.name:
            return _feeds((self.total, None, 1, 1), (part, None, good, bad))
        rest = example((self.total,), without=(part,))
        both = example((self.total, part))
        if rest is None or both is None:
            return ()
        return (Feed(rest, good=bad, bad=good), Feed(both, good=good, bad=bad))

    def describe(self) -> str:
        """One line for a person."""
        if self.good is None:
            return f"an event of {self.total} that is not one of {self.bad}"
        return f"an event of {self.good}"


def _feeds(*rows: tuple[Selector | None, Selector | None, int, int]) -> tuple[Feed, ...]:
    """A feed for each row of (selector, selector to stay clear of, units per good event, per bad event)."""
    made = []
    for selector, other, good, bad in rows:
        series = example((selector,), without=(other,) if other else ()) if selector else None
        if series is None:
            return ()
        made.append(Feed(series, good, bad))
    return tuple(made)
