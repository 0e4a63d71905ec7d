"""Which SLOs may share a test case: those of which none reads the input series of another."""

from __future__ import annotations

from collections import Counter, defaultdict
from typing import TYPE_CHECKING

from slo.promql import parse_selector
from slo.query.series import reads

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from slo.promql import Selector
    from slo.ruletests.fixtures import Player

LARGEST, LARGEST_OF_SHARD = 500, 100
"""Members of groups, or SLOs without members, in one case. All rules of the file are evaluated in every case, so that
few large cases are cheaper than many small ones; but promtool keeps all their series in memory, and takes no more than
10,000 samples in a query, of which the rules of a whole shard need some 60 for each member."""

_Key = tuple[str, ...]
"""The name of a metric, and a label with its value that all series have in common which are filed under it."""


def companies_of(players: Sequence[Player]) -> list[list[Player]]:
    """The SLOs in groups of bounded size, each with the first group in which nobody disturbs it."""
    disturbed = _disturbed(players)
    colours: list[int] = []
    groups: list[list[Player]] = []
    for number, player in enumerate(players):
        taken = {colours[other] for other in disturbed[number] if other < number}
        colours.append(next(colour for colour in range(len(groups) + 1) if colour not in taken))
        if colours[-1] == len(groups):
            groups.append([])
        groups[colours[-1]].append(player)
    return [part for group in groups for part in _parts(group)]


def _parts(group: list[Player]) -> Iterator[list[Player]]:
    """A group in parts that promtool can take."""
    part: list[Player] = []
    sizes: Counter[str] = Counter()
    for player in group:
        size = len(player.subject.roles) + len(player.subject.exceptions)
        if part and (sizes[player.shard] + size > LARGEST_OF_SHARD or sizes.total() + size > LARGEST):
            yield part
            part, sizes = [], Counter()
        part.append(player)
        sizes[player.shard] += size
    yield part


def _disturbed(players: Sequence[Player]) -> defaultdict[int, set[int]]:
    """For each SLO, by number, those that read its series or whose series it reads."""
    files = _filed(players)
    found: defaultdict[int, set[int]] = defaultdict(set)
    for number, player in enumerate(players):
        for selector, target in _selectors(player):
            for other, series, up in _candidates(selector, files):
                # Both may ask the same target: it is as well for one as for the other.
                if other != number and not (target and up) and reads(selector, series):
                    found[number].add(other)
                    found[other].add(number)
    return found


_Files = dict[_Key, list[tuple[int, str, bool]]]
"""Who has which series, and whether it tells about the target; filed under the name and under each label."""


def _filed(players: Sequence[Player]) -> _Files:
    files: defaultdict[_Key, list[tuple[int, str, bool]]] = defaultdict(list)
    for number, player in enumerate(players):
        for place, series in enumerate(player.series):
            plain = parse_selector(series)
            row = (number, series, place == player.subject.target)
            files[()].append(row)
            files[plain.name,].append(row)
            for matcher in plain.matchers:
                files[plain.name, matcher.label, matcher.value].append(row)
    return files


def _selectors(player: Player) -> Iterator[tuple[Selector, bool]]:
    """What an SLO reads, and whether it asks about the target with it."""
    yield from ((selector, False) for selector in player.selectors)
    if player.target:
        yield player.target, True


def _candidates(selector: Selector, files: _Files) -> list[tuple[int, str, bool]]:
    """The shortest file that holds all series which the selector can read."""
    keys: list[_Key] = [(selector.name,)] if selector.name else [()]
    keys += [(selector.name, m.label, m.value) for m in selector.matchers if selector.name and m.op == "=" and m.value]
    return min((files.get(key, []) for key in keys), key=len)
