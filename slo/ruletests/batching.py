"""Batch SLOs into test cases: those of which none reads the input series of another."""

from __future__ import annotations

from collections import Counter, defaultdict
from typing import TYPE_CHECKING

from slo.promql import parse_selector
from slo.query.series import reads

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from slo.promql import Selector
    from slo.ruletests.fixtures import Fixture

LARGEST, LARGEST_OF_SHARD = 500, 100
"""Most members, SLOs without groups included, in one case. Every case evaluates all rules of the file, so few large
cases are cheaper than many small ones; but promtool keeps all series in memory, and limits a query to 10,000 samples,
of which the rules of a shard need about 60 for each member."""

_Key = tuple[str, ...]
"""Key of an index: nothing, the name of a metric, or that name, a label and its value."""


def batches_of(fixtures: Sequence[Fixture]) -> list[list[Fixture]]:
    """Return batches of bounded size; each SLO is in the first batch without a conflict."""
    conflicts = _conflicts(fixtures)
    chosen: list[int] = []
    batches: list[list[Fixture]] = []
    for number, fixture in enumerate(fixtures):
        taken = {chosen[other] for other in conflicts[number] if other < number}
        chosen.append(next(free for free in range(len(batches) + 1) if free not in taken))
        if chosen[-1] == len(batches):
            batches.append([])
        batches[chosen[-1]].append(fixture)
    return [part for batch in batches for part in _parts(batch)]


def _parts(batch: list[Fixture]) -> Iterator[list[Fixture]]:
    """Return a batch in parts of the size that promtool accepts."""
    part: list[Fixture] = []
    sizes: Counter[str] = Counter()
    for fixture in batch:
        size = len(fixture.facts.members) + len(fixture.facts.overridden)
        if part and (sizes[fixture.shard] + size > LARGEST_OF_SHARD or sizes.total() + size > LARGEST):
            yield part
            part, sizes = [], Counter()
        part.append(fixture)
        sizes[fixture.shard] += size
    yield part


def _conflicts(fixtures: Sequence[Fixture]) -> defaultdict[int, set[int]]:
    """Return for each SLO, by number, those that read its series or whose series it reads."""
    index = _indexed(fixtures)
    found: defaultdict[int, set[int]] = defaultdict(set)
    for number, fixture in enumerate(fixtures):
        for selector, target in _selectors(fixture):
            for other, series, up in _candidates(selector, index):
                # A target may be shared: its value suits both.
                if other != number and not (target and up) and reads(selector, series):
                    found[number].add(other)
                    found[other].add(number)
    return found


_Index = dict[_Key, list[tuple[int, str, bool]]]
"""Series by name and by each label: the number of the SLO, the series, and whether it is that of the target."""


def _indexed(fixtures: Sequence[Fixture]) -> _Index:
    index: defaultdict[_Key, list[tuple[int, str, bool]]] = defaultdict(list)
    for number, fixture in enumerate(fixtures):
        for place, series in enumerate(fixture.series):
            plain = parse_selector(series)
            row = (number, series, place == fixture.facts.target)
            index[()].append(row)
            index[plain.name,].append(row)
            for matcher in plain.matchers:
                index[plain.name, matcher.label, matcher.value].append(row)
    return index


def _selectors(fixture: Fixture) -> Iterator[tuple[Selector, bool]]:
    """Yield the selectors of an SLO, and whether each is that of the target."""
    yield from ((selector, False) for selector in fixture.selectors)
    if fixture.target:
        yield fixture.target, True


def _candidates(selector: Selector, index: _Index) -> list[tuple[int, str, bool]]:
    """Return the shortest list in the index with all series that the selector can read."""
    keys: list[_Key] = [(selector.name,)] if selector.name else [()]
    keys += [(selector.name, m.label, m.value) for m in selector.matchers if selector.name and m.op == "=" and m.value]
    return min((index.get(key, []) for key in keys), key=len)
