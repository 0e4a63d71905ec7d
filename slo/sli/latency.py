"""SLI kind `latency`: observations of a histogram at or under a limit."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

import msgspec

from slo.diagnostics import Diagnostic, Place
from slo.model import Base, Counts, Feed
from slo.promql import Matcher, PromqlError, Selector, duration, parse_duration, parse_selector
from slo.selectors import check_selector, example, rate

if TYPE_CHECKING:
    from collections.abc import Iterator
    from decimal import Decimal

_SUFFIXES = ("_bucket", "_count", "_sum")


class LatencySpec(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`latency: {histogram, under}`: the base name of a classic histogram, and one of its bucket bounds."""

    histogram: str
    under: str

    def check(self, place: Place) -> Iterator[Diagnostic]:
        """A plain selector of the base name, and a limit that is a time."""
        problems = list(check_selector(self.histogram, place.at("histogram")))
        yield from problems
        if not problems:
            yield from _check_name(parse_selector(self.histogram), place.at("histogram"))
        try:
            parse_duration(self.under)
        except PromqlError as error:
            yield Diagnostic("SLO043", place.at("under"), str(error))

    def build(self) -> Latency:
        """The SLI; only for a spec that `check` passed."""
        return Latency(parse_selector(self.histogram), parse_duration(self.under))


def _check_name(selector: Selector, place: Place) -> Iterator[Diagnostic]:
    suffix = next((s for s in _SUFFIXES if selector.name.endswith(s)), None)
    if not selector.name:
        message = "_count and _bucket are added to the name of a histogram, and a matcher is none"
        yield Diagnostic("SLO044", place, message, 'write the name before the braces: seconds{job="api"}')
    elif suffix:
        base = selector.name.removesuffix(suffix)
        yield Diagnostic("SLO044", place, f'write the base name of the histogram, "{base}", without "{suffix}"')
    elif any(m.label == "le" for m in selector.matchers):
        yield Diagnostic("SLO044", place, "leave the label le out; the limit stands under `under`")


@dataclass(frozen=True, slots=True)
class Latency:
    """Observations at or under `under` seconds are good; the limit must be a bucket bound of the histogram."""

    histogram: Selector
    under: Decimal

    def counts(self, base: Base) -> Counts:
        """All observations from `_count`; bad ones are those that the bucket of the limit does not hold.

        Without that bucket there is no `bad` at all: neither perfect nor all bad, but no data.
        """
        total = rate(self._count(), base)
        return Counts(total, f"clamp_min({total} - {rate(self._bucket(), base)}, 0)", bad_defaults_to_zero=False)

    def selectors(self) -> tuple[str, ...]:
        """The count and the one bucket that are read."""
        return (str(self._count()), str(self._bucket()))

    def feeds(self) -> tuple[Feed, ...]:
        """The count grows with every event, the bucket with the good ones."""
        plain = Matcher("le", "=", f"{self.under.normalize():f}")
        count = example((self._count(),))
        bucket = example((self.histogram.renamed(f"{self.histogram.name}_bucket", plain),))
        if count is None or bucket is None:
            return ()
        return (Feed(count, good=1, bad=1), Feed(bucket, good=1, bad=0))

    def describe(self) -> str:
        """One line for a person."""
        return f"an observation of {self.histogram} within {duration(self.under)}"

    def _count(self) -> Selector:
        return self.histogram.renamed(f"{self.histogram.name}_count")

    def _bucket(self) -> Selector:
        return self.histogram.renamed(f"{self.histogram.name}_bucket", Matcher("le", "=~", bound_pattern(self.under)))


def bound_pattern(bound: Decimal) -> str:
    r"""A regular expression for every spelling of a bucket bound: clients write 1 and 1.0, Prometheus 3 always 1.0.

    >>> bound_pattern(Decimal("1"))
    '1(\\\\.0+)?'
    >>> bound_pattern(Decimal("0.3"))
    '0\\\\.30*'
    """
    text = f"{bound.normalize():f}"
    return f"{re.escape(text)}0*" if "." in text else f"{text}(\\.0+)?"
