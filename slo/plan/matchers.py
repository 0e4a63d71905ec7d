"""Matchers that select some SLOs of a shard and no other, so that one rule serves many SLOs."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping

    from slo.model import Slo

Names = dict[str, set[str]]
"""Service -> names of SLOs."""


def names_of(slos: Iterable[Slo]) -> Names:
    """Return the names of the SLOs by service."""
    names: defaultdict[str, set[str]] = defaultdict(set)
    for slo in slos:
        names[slo.service].add(slo.name)
    return dict(names)


def pick(shard: str, wanted: Iterable[Slo], known: Names) -> list[str]:
    """Return the matchers of selectors that together select the wanted SLOs of a shard, each once.

    Usually one selector is enough: the whole shard, whole services, or services and names. `known`: all SLOs of the
    shard.
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
    """Return services by the names of their SLOs."""
    parts: defaultdict[frozenset[str], list[str]] = defaultdict(list)
    for service, names in chosen.items():
        parts[frozenset(names)].append(service)
    return dict(parts)


def _matcher(label: str, values: Collection[str]) -> str:
    """Return a matcher; names are letters, digits and hyphens and need no escape."""
    return f',{label}{"=" if len(values) == 1 else "=~"}"{"|".join(sorted(values))}"'
