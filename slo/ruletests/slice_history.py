"""Histories of good and bad minutes, and what must fire in them, from the specification alone.

A rate over a minute and one scrape interval may reach into the minute before. Whether a good minute after a bad one is
bad then depends on the version of Prometheus, since ranges of version 2 are closed. Such minutes are uncertain: an
alert that fires even if they are good must fire, one that does not fire even if they are bad must not.
"""

from __future__ import annotations

from itertools import accumulate
from typing import TYPE_CHECKING

import msgspec

from slo.ruletests import timing
from slo.ruletests.samples import Phase
from slo.ruletests.scenario import FiringAlert
from slo.times import MINUTE

if TYPE_CHECKING:
    from collections.abc import Sequence

    from slo.ruletests.facts import SloFacts
    from slo.ruletests.timing import Limit


def uncertain_minutes(facts: SloFacts) -> int:
    """Return how many minutes after a change of state are uncertain."""
    beyond = (source.reach - MINUTE if source.counts else source.reach for source in facts.member.inputs)
    return max((-(-seconds // MINUTE) for seconds in beyond if seconds >= facts.tick), default=0)


def phases(facts: SloFacts, bad: Sequence[bool], volume: int) -> tuple[Phase, ...]:
    """Return the minutes as phases with this many events per tick."""
    made: list[Phase] = []
    ticks = MINUTE // facts.tick
    for state in bad:
        if made and bool(made[-1].bad) == state:
            made[-1] = Phase(made[-1].ticks + ticks, made[-1].good, made[-1].bad)
        else:
            made.append(Phase(ticks, bad=volume) if state else Phase(ticks, good=volume))
    return tuple(made)


class History(msgspec.Struct, frozen=True):
    """The minutes of a server that was empty before.

    Attributes:
        facts: whose minutes they are.
        fewest: bad minutes up to each minute, if uncertain ones are good.
        most: the same, if uncertain ones are bad.
    """

    facts: SloFacts
    fewest: tuple[int, ...]
    most: tuple[int, ...]

    @classmethod
    def of(cls, facts: SloFacts, bad: Sequence[bool]) -> History:
        """Return the history of these minutes; the first one ends after a minute."""
        reach = uncertain_minutes(facts)
        either = [any(bad[j] != bad[i] for j in range(max(0, i - reach), i)) for i in range(len(bad))]
        fewest = (b and not e for b, e in zip(bad, either, strict=True))
        most = (b or e for b, e in zip(bad, either, strict=True))
        return cls(facts, tuple(accumulate(fewest, initial=0)), tuple(accumulate(most, initial=0)))

    def firing(self, at: int) -> list[FiringAlert] | None:
        """Return what fires at an evaluation, None where that is uncertain."""
        member = self.facts.member
        found = []
        for limit in timing.limits(self.facts, member):
            fires = self.fires(limit, at)
            if fires is None:
                return None
            if fires:
                found.append(FiringAlert(limit.fact, member.labels))
        return found

    def fires(self, limit: Limit, at: int) -> bool | None:
        """Return whether this alert fires: it has to be above its limit for the duration of `for`."""
        since = at - -(-limit.pending // self.facts.step) * self.facts.step
        states = {self._above(limit, time) for time in range(since, at + 1, self.facts.step)}
        if False in states:
            return None if limit.short is None and self._reached(limit, at) else False
        return None if None in states else True

    def _reached(self, limit: Limit, at: int) -> bool:
        """Whether it may have fired before: `BudgetExhausted` keeps firing until enough budget is left."""
        times = range(timing.first_record(self.facts), at, self.facts.step)
        return any(self._above(limit, time) is not False for time in times)

    def _above(self, limit: Limit, at: int) -> bool | None:
        if at < timing.first_record(self.facts):
            return False
        if self._counts(limit, at, self.fewest, sure=True):
            return True
        return None if self._counts(limit, at, self.most, sure=False) else False

    def _counts(self, limit: Limit, at: int, bad: tuple[int, ...], *, sure: bool) -> bool:
        """Whether these bad minutes are above the limit; exactly on it is not `sure`."""
        events, minutes = self.count(bad, limit.long, at)
        recorded = min(timing.covered(self.facts, at), limit.long)
        if recorded >= limit.representative * limit.long:
            recorded = limit.long
        if events < self.facts.min_bad_events:
            return False
        share = limit.share
        long = events * recorded * share.denominator - share.numerator * minutes * limit.long
        if limit.short is None:
            return long >= (0 if not sure else 1)
        events, minutes = self.count(bad, limit.short, at)
        short = events * share.denominator - share.numerator * minutes
        return min(long, short) > 0 if sure else min(long, short) >= 0

    def count(self, bad: tuple[int, ...], window: int, at: int) -> tuple[int, int]:
        """Return bad minutes and all minutes of a window that ends at an evaluation."""
        last = min(at // MINUTE, len(bad) - 1)
        first = max(0, at // MINUTE - window // MINUTE)
        return bad[last] - bad[first], last - first
