"""Walks along `depends_on`: what an SLO depends on in the end, and whether that is itself."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from slo.model import Slo, SloName
    from slo.resolve.findings import Findings

Graph = Mapping["SloName", "Sequence[SloName]"]
"""SLO -> the SLOs that it depends on itself."""


def reachable(graph: Graph, start: SloName) -> set[SloName]:
    """Return all SLOs that this one depends on; itself too, where there is a cycle."""
    return {*_before(graph, start)}


def check_cycles(slos: Mapping[SloName, Slo], graph: Graph, findings: Findings) -> None:
    """Report each cycle once: its SLOs would inhibit the pages of each other, and none would arrive."""
    seen: set[SloName] = set()
    for name, slo in slos.items():
        cycle = [] if name in seen else _cycle(graph, name)
        if cycle:
            seen |= {*cycle}
            place = slo.place.at("depends_on", graph[name].index(cycle[1]))
            findings.add(place, "SLO168", *_said(cycle))


def _said(cycle: Sequence[SloName]) -> tuple[str, str]:
    names = ["/".join(name) for name in cycle]
    if len(names) == 2:  # noqa: PLR2004 - the SLO, and the SLO again
        return f'"{names[0]}" depends on itself', "remove it"
    message = f"dependency cycle: {' -> '.join(names)}; each would inhibit the pages of the others"
    return message, "remove the dependency of the cause on its symptom"


def _cycle(graph: Graph, start: SloName) -> list[SloName]:
    """Return a shortest way from an SLO back to itself, both ends included; empty without one."""
    before = _before(graph, start)
    if start not in before:
        return []
    way = [start, before[start]]
    while way[-1] != start:
        way.append(before[way[-1]])
    return way[::-1]


def _before(graph: Graph, start: SloName) -> dict[SloName, SloName]:
    """Return, for each SLO that is reached, the one before it on a shortest way."""
    before: dict[SloName, SloName] = {}
    waiting = [start]
    for name in waiting:
        for other in graph.get(name, ()):
            if other not in before:
                before[other] = name
                waiting.append(other)
    return before
