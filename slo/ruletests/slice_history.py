"""Patterns of good and bad minutes, and what must fire in them: counted minute by minute, from the specification alone.

Where the minutes are those of counters, a rate over a minute and one scrape interval may reach into the minute before.
Whether a good minute after a bad one is bad then depends on the version of Prometheus, since ranges of version 2 are
closed. Such minutes may be either: what fires with the fewest of them fires, what does not with the most does not.
"""

from __future__ import annotations

from itertools import accumulate
from typing import TYPE_CHECKING

import msgspec

from slo.ruletests import detection
from slo.ruletests.script import Phase, Seen
from slo.times import MINUTE

if TYPE_CHECKING:
    from collections.abc import Sequence

    from slo.ruletests.detection import Limit
    from slo.ruletests.facts import Subject


def blur(subject: Subject) -> int:
    """For how many minutes after a change of state a minute may be either."""
    beyond = (shape.reach - MINUTE if shape.counts else shape.reach for shape in subject.role.shapes)
    return max((-(-seconds // MINUTE) for seconds in beyond if seconds >= subject.tick), default=0)


def phases(subject: Subject, bad: Sequence[bool], volume: int) -> tuple[Phase, ...]:
    """The minutes as phases with so many events per tick."""
    made: list[Phase] = []
    ticks = MINUTE // subject.tick
    for state in bad:
        if made and bool(made[-1].bad) == state:
            made[-1] = Phase(made[-1].ticks + ticks, made[-1].good, made[-1].bad)
        else:
            made.append(Phase(ticks, bad=volume) if state else Phase(ticks, good=volume))
    return tuple(made)


class History(msgspec.Struct, frozen=True):
    """The minutes of a server that was empty before.

    Attributes:
        subject: whose minutes they are.
        fewest: bad minutes up to each minute, those that may be either taken for good.
        most: the same, with those that may be either taken for bad.
    """

    subject: Subject
    fewest: tuple[int, ...]
    most: tuple[int, ...]

    @classmethod
    def of(cls, subject: Subject, bad: Sequence[bool]) -> History:
        """The first minute ends after a minute."""
        reach = blur(subject)
        either = [any(bad[j] != bad[i] for j in range(max(0, i - reach), i)) for i in range(len(bad))]
        fewest = (b and not e for b, e in zip(bad, either, strict=True))
        most = (b or e for b, e in zip(bad, either, strict=True))
        return cls(subject, tuple(accumulate(fewest, initial=0)), tuple(accumulate(most, initial=0)))

    def firing(self, at: int) -> list[Seen] | None:
        """What fires at an evaluation, or None where that is not certain."""
        role = self.subject.role
        found = []
        for limit in detection.limits(self.subject, role):
            fires = self.fires(limit, at)
            if fires is None:
                return None
            if fires:
                found.append(Seen(limit.fact, role.labels))
        return found

    def fires(self, limit: Limit, at: int) -> bool | None:
        """Whether this alert fires at an evaluation: it must have been above its limit for as long as `for` says."""
        since = at - -(-limit.pending // self.subject.step) * self.subject.step
        states = {self._above(limit, moment) for moment in range(since, at + 1, self.subject.step)}
        if False in states:
            return None if limit.short is None and self._reached(limit, at) else False
        return None if None in states else True

    def _reached(self, limit: Limit, at: int) -> bool:
        """Whether it may have fired before: `BudgetExhausted` keeps firing until enough budget is left."""
        times = range(detection.first_record(self.subject), at, self.subject.step)
        return any(self._above(limit, moment) is not False for moment in times)

    def _above(self, limit: Limit, at: int) -> bool | None:
        if at < detection.first_record(self.subject):
            return False
        if self._counts(limit, at, self.fewest, sure=True):
            return True
        return None if self._counts(limit, at, self.most, sure=False) else False

    def _counts(self, limit: Limit, at: int, bad: tuple[int, ...], *, sure: bool) -> bool:
        """Whether so many bad minutes are above the limit; what is exactly on it is not sure."""
        events, minutes = self.count(bad, limit.long, at)
        recorded = min(detection.covered(self.subject, at), limit.long)
        if events < self.subject.min_bad_events:
            return False
        share = limit.share
        long = events * recorded * share.denominator - share.numerator * minutes * limit.long
        if limit.short is None:
            return long >= (0 if not sure else 1)
        events, minutes = self.count(bad, limit.short, at)
        short = events * share.denominator - share.numerator * minutes
        return min(long, short) > 0 if sure else min(long, short) >= 0

    def count(self, bad: tuple[int, ...], window: int, at: int) -> tuple[int, int]:
        """Bad minutes and all minutes in a window that ends at an evaluation."""
        last = min(at // MINUTE, len(bad) - 1)
        first = max(0, at // MINUTE - window // MINUTE)
        return bad[last] - bad[first], last - first
