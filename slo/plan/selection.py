"""Matchers that pick some SLOs of a shard and no other: what lets one rule serve many SLOs."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable

    from slo.model import Slo

_Pair = tuple[str, str]
"""Service and name of an SLO."""


def pick(shard: str, wanted: Iterable[Slo], everything: Iterable[Slo]) -> list[str]:
    """What stands between the braces of selectors that together select the wanted SLOs of a shard, each of them once.

    Most often it is one text: the whole shard, whole services, or services and names.
    """
    chosen = {(slo.service, slo.name) for slo in wanted}
    known = {(slo.service, slo.name) for slo in everything}
    head = f'shard="{shard}"'
    if chosen == known:
        return [head]
    together = _matchers(chosen, known)
    if together is not None:
        return [head + together]
    return sorted(head + _service(part) + _name(part) for part in _alike(chosen))


def _matchers(chosen: Collection[_Pair], known: Collection[_Pair]) -> str | None:
    """Matchers that select these and none else, or None where services and names alone do not tell them apart."""
    services, names = {service for service, _ in chosen}, {name for _, name in chosen}
    if all(pair in chosen for pair in known if pair[0] in services):
        return _service(chosen)
    if all(pair in chosen for pair in known if pair[0] in services and pair[1] in names):
        return _service(chosen) + _name(chosen)
    return None


def _alike(chosen: Collection[_Pair]) -> list[list[_Pair]]:
    """The SLOs in groups, within each of which every service has SLOs of the same names."""
    names: defaultdict[str, list[str]] = defaultdict(list)
    for service, name in sorted(chosen):
        names[service].append(name)
    parts: defaultdict[tuple[str, ...], list[_Pair]] = defaultdict(list)
    for service, own in names.items():
        parts[tuple(own)].extend((service, name) for name in own)
    return list(parts.values())


def _service(pairs: Iterable[_Pair]) -> str:
    return _matcher("service", {service for service, _ in pairs})


def _name(pairs: Iterable[_Pair]) -> str:
    return _matcher("slo", {name for _, name in pairs})


def _matcher(label: str, values: Collection[str]) -> str:
    """Names consist of letters, digits and dashes: they need no escaping, and no quoting in an expression."""
    return f',{label}{"=" if len(values) == 1 else "=~"}"{"|".join(sorted(values))}"'
