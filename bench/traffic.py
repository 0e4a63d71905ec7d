"""Simulated requests: every event is counted in a log, and scraped from counters the way Prometheus would see them."""

from __future__ import annotations

import math
import random
from dataclasses import dataclass, field
from itertools import accumulate
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

DAY = 86_400
SLOT = 10  # events happen at the ends of slots
SCRAPE = 30
_PHASE = 7  # of the scrapes, so that they fall between events
_MANY = 30.0  # from here on a Poisson distribution is close to a normal one

Load = tuple[float, float]
"""Requests per second, and the share of them that fails."""
Instance = tuple[str, int]
"""Label of a target, and a number that changes when its counters start again at zero."""


def _always(day: int, second: int) -> bool:  # noqa: ARG001 - the default of a time of the day
    return True


def _one(day: int, second: int) -> tuple[Instance, ...]:  # noqa: ARG001 - as above
    return (("a", 0),)


@dataclass(frozen=True, slots=True)
class Stream:
    """Requests to some targets, as functions of the day (0 is the first one) and the second of the day.

    Attributes:
        load: requests per second and the share that fails.
        targets: the targets that serve them; without one there are no requests.
        scraped: whether Prometheus gets an answer.
        lazy: the series of failures appears with the first failure.
        tenant: value of the label of that name; none without.
    """

    load: Callable[[int, int], Load]
    targets: Callable[[int, int], tuple[Instance, ...]] = _one
    scraped: Callable[[int, int], bool] = _always
    lazy: bool = False
    tenant: str = ""


@dataclass(slots=True)
class Log:
    """All events, counted: sums since the start at the end of each slot."""

    start: int
    total: list[int]
    bad: list[int]

    def counted(self, end: float, window: int) -> tuple[int, int]:
        """All and bad events after `end - window`, up to `end`."""
        first, last = self._slot(end - window), self._slot(end)
        return self.total[last] - self.total[first], self.bad[last] - self.bad[first]

    def _slot(self, second: float) -> int:
        return min(max(int(second - self.start) // SLOT, 0), len(self.total) - 1)


@dataclass(slots=True)
class _Target:
    """Counters of one process."""

    life: int
    good: int = 0
    bad: int = 0


@dataclass(slots=True)
class Scrapes:
    """What Prometheus has read, by labels."""

    lines: dict[tuple[str, str], list[tuple[int, int]]] = field(default_factory=dict)

    def text(self, labels: str) -> Iterator[str]:
        """OpenMetrics text, series by series."""
        for (instance, code), values in self.lines.items():
            series = f'http_requests_total{{job="api",{labels},instance="{instance}",code="{code}"}}'
            yield "".join(f"{series} {value} {second}\n" for second, value in values)


def simulate(stream: Stream, seed: str, start: int, days: int) -> tuple[Log, Scrapes]:
    """Let the requests happen; the same seed gives the same requests."""
    chance, scrapes = random.Random(seed), Scrapes()  # noqa: S311 - no secret
    totals, bads = [0], [0]
    targets: dict[str, _Target] = {}
    for slot in range(days * DAY // SLOT):
        day, second = divmod(slot * SLOT, DAY)
        alive = stream.targets(day, second)
        _restart(targets, alive)
        total, bad = _events(chance, stream.load(day, second)) if alive else (0, 0)
        _serve(list(targets.values()), total - bad, bad, slot)
        totals.append(total)
        bads.append(bad)
        end = (slot + 1) * SLOT
        if end % SCRAPE == 0 and stream.scraped(*divmod(end, DAY)):
            _scrape(scrapes, targets, start + end + _PHASE, lazy=stream.lazy)
    return Log(start, list(accumulate(totals)), list(accumulate(bads))), scrapes


def _restart(targets: dict[str, _Target], alive: tuple[Instance, ...]) -> None:
    for name in targets.keys() - {name for name, _ in alive}:
        del targets[name]
    for name, life in alive:
        if name not in targets or targets[name].life != life:
            targets[name] = _Target(life)


def _serve(targets: list[_Target], good: int, bad: int, slot: int) -> None:
    """Spread events evenly; the odd ones go to another target each time."""
    for number, target in enumerate(targets):
        turn = (number + slot) % len(targets)
        target.good += (good + turn) // len(targets)
        target.bad += (bad + turn) // len(targets)


def _scrape(scrapes: Scrapes, targets: dict[str, _Target], second: int, *, lazy: bool) -> None:
    for name, target in targets.items():
        scrapes.lines.setdefault((name, "200"), []).append((second, target.good))
        if target.bad or not lazy:
            scrapes.lines.setdefault((name, "500"), []).append((second, target.bad))


def _events(chance: random.Random, load: Load) -> tuple[int, int]:
    """All and failed requests of one slot."""
    rate, share = load
    failed = _poisson(chance, rate * share * SLOT)
    return failed + _poisson(chance, rate * (1 - share) * SLOT), failed


def _poisson(chance: random.Random, mean: float) -> int:
    if mean <= 0:
        return 0
    if mean > _MANY:
        return max(0, round(chance.gauss(mean, math.sqrt(mean))))
    limit, count, product = math.exp(-mean), 0, chance.random()
    while product > limit:
        count += 1
        product *= chance.random()
    return count
