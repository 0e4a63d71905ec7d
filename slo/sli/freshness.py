"""SLI kind `freshness`: minutes in which the last success is young enough."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

import msgspec

from slo.counting import count_slices, minute, sum_slices
from slo.diagnostics import Diagnostic, Place
from slo.model import Base, Counts, Feed, Unit
from slo.promql import Matcher, PromqlError, Selector, duration, parse_duration
from slo.query import Query, aggregated, check_value, parse_query, selectors_of
from slo.selectors import example

if TYPE_CHECKING:
    from collections.abc import Iterator
    from decimal import Decimal

    from slo.model import Labels


class FreshnessSpec(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`freshness: {timestamp, under}`: when something last succeeded, in seconds since 1970, and how old it may be."""

    EVENTS: ClassVar[bool] = False
    SHORT: ClassVar[str] = ""

    timestamp: str
    under: str

    def check(self, place: Place) -> Iterator[Diagnostic]:
        """A query with a value, and a limit that is a time."""
        yield from check_value(self.timestamp, place.at("timestamp"))
        try:
            parse_duration(self.under)
        except PromqlError as error:
            yield Diagnostic("SLO043", place.at("under"), str(error))

    def build(self) -> Freshness:
        """The SLI; only for a spec that `check` passed."""
        return Freshness(parse_query(self.timestamp), parse_duration(self.under))


class Freshness(msgspec.Struct, frozen=True):
    """A minute is good when the youngest success is at most `under` seconds old; without a timestamp it is no slice."""

    timestamp: Query
    under: Decimal
    unit: Unit = "slices"
    scales: bool = False

    def counts(self, base: Base) -> Counts:
        """The minutes that have a timestamp, and those in which it is too old: `time()` is the minute's own."""
        youngest = aggregated(self.timestamp, "max", base.group_by, minute(base).range)
        old = f"time() - {youngest} > bool {self.under.normalize():f}"
        return Counts(count_slices(youngest, base), sum_slices(old, base))

    def selectors(self) -> tuple[Selector, ...]:
        """What the query reads."""
        return selectors_of(self.timestamp)

    def feeds(self, member: Labels = ()) -> tuple[Feed, ...]:
        """One timestamp, of right now or of a minute too long ago; none for an expression."""
        if not isinstance(self.timestamp, Selector):
            return ()
        labels = [Matcher(name, "=", value) for name, value in member]
        series = example((self.timestamp.renamed(self.timestamp.name, *labels),))
        return () if series is None else (Feed(series, good=0, bad=self.under + 60, kind="age"),)

    def describe(self) -> str:
        """One line for a person."""
        return f"a minute in which {self.timestamp} is at most {duration(self.under)} ago"
