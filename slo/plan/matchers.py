"""Matchers that pick some SLOs of a shard and no other: what lets one rule serve many SLOs."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping

    from slo.model import Slo

Names = dict[str, set[str]]
"""Service -> names of SLOs."""


def names_of(slos: Iterable[Slo]) -> Names:
    """The names of the SLOs, by service."""
    names: defaultdict[str, set[str]] = defaultdict(set)
    for slo in slos:
        names[slo.service].add(slo.name)
    return dict(names)


def pick(shard: str, wanted: Iterable[Slo], known: Names) -> list[str]:
    """What stands between the braces of selectors that together select the wanted SLOs of a shard, each of them once.

    Most often it is one text: the whole shard, whole services, or services and names. `known`: all SLOs of the shard.
    """
    chosen = names_of(wanted)
    head = f'shard="{shard}"'
    if chosen == known:
        return [head]
    if all(names == known[service] for service, names in chosen.items()):
        return [head + _matcher("service", chosen)]
    together = set().union(*chosen.values())
    if all(known[service] & together == names for service, names in chosen.items()):
        return [head + _matcher("service", chosen) + _matcher("slo", together)]
    return sorted(head + _matcher("service", part) + _matcher("slo", names) for names, part in _alike(chosen).items())


def _alike(chosen: Mapping[str, set[str]]) -> dict[frozenset[str], list[str]]:
    """Services that have SLOs of the same names, by these."""
    parts: defaultdict[frozenset[str], list[str]] = defaultdict(list)
    for service, names in chosen.items():
        parts[frozenset(names)].append(service)
    return dict(parts)


def _matcher(label: str, values: Collection[str]) -> str:
    """Names consist of letters, digits and dashes: they need no escaping, and no quoting in an expression."""
    return f',{label}{"=" if len(values) == 1 else "=~"}"{"|".join(sorted(values))}"'
