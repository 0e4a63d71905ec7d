"""SLI kind `threshold`: minutes in which a value holds a limit."""

from __future__ import annotations

import math
import sys
from decimal import Decimal
from typing import TYPE_CHECKING, ClassVar

import msgspec

from slo.counting import count_slices, minute, sum_slices
from slo.diagnostics import Diagnostic, Place
from slo.model import Base, Counts, Feed, Unit
from slo.promql import Matcher, Selector
from slo.query import Query, aggregated, check_value, parse_query, selectors_of
from slo.selectors import example

if TYPE_CHECKING:
    from collections.abc import Iterator

    from slo.model import Labels

_EXACT, _LARGEST = Decimal(10) ** 15, Decimal(sys.float_info.max)


class ThresholdSpec(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`threshold: {query, under}` or `{query, over}`: a gauge or any expression, and the limit that it must hold."""

    EVENTS: ClassVar[bool] = False
    SHORT: ClassVar[str] = ""

    query: str
    under: int | float | None = None
    over: int | float | None = None

    def check(self, place: Place) -> Iterator[Diagnostic]:
        """A query with a value, and one limit."""
        yield from check_value(self.query, place.at("query"))
        limits = [limit for limit in (self.under, self.over) if limit is not None]
        if len(limits) != 1:
            said = "both" if limits else "neither"
            yield Diagnostic("SLO068", place, f"threshold needs one of under and over; here: {said}")
        elif not math.isfinite(limits[0]):
            name = "over" if self.under is None else "under"
            yield Diagnostic("SLO068", place.at(name), f"a limit is a finite number; {limits[0]} is not")

    def build(self) -> Threshold:
        """The SLI; only for a spec that `check` passed."""
        limit = self.over if self.under is None else self.under
        return Threshold(parse_query(self.query), Decimal(str(limit)), above=self.under is None)


class Threshold(msgspec.Struct, frozen=True):
    """A minute is good when every series is at or on the good side of `limit`; NaN and nothing at all are no slice."""

    query: Query
    limit: Decimal
    above: bool
    unit: Unit = "slices"
    scales: bool = False

    def counts(self, base: Base) -> Counts:
        """The minutes that have a value, and those in which the worst of all series breaks the limit."""
        worst = aggregated(self.query, "min" if self.above else "max", base.group_by, minute(base).range)
        broken = f"{worst} {'<' if self.above else '>'} bool {self.limit:f}"
        return Counts(count_slices(worst, base), sum_slices(broken, base))

    def selectors(self) -> tuple[Selector, ...]:
        """What the query reads."""
        return selectors_of(self.query)

    def feeds(self, member: Labels = ()) -> tuple[Feed, ...]:
        """One gauge on either side of the limit; none for an expression."""
        if not isinstance(self.query, Selector):
            return ()
        labels = [Matcher(name, "=", value) for name, value in member]
        series = example((self.query.renamed(self.query.name, *labels),))
        beyond = self.limit - self._step() if self.above else self.limit + self._step()
        return (
            ()
            if series is None or abs(beyond) > _LARGEST
            else (Feed(series, good=self.limit, bad=beyond, kind="gauge"),)
        )

    def _step(self) -> Decimal:
        """A difference that a sample can hold: from 2^53 on, a float has no room for one."""
        return Decimal(1) if abs(self.limit) < _EXACT else Decimal(1).scaleb(self.limit.adjusted() - 3)

    def describe(self) -> str:
        """One line for a person."""
        return f"a minute in which {self.query} is {'at least' if self.above else 'at most'} {self.limit:f}"
