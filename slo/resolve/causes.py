"""Causes and symptoms from `depends_on`, across all sets and files."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

from msgspec.structs import replace

from slo.burnrate import tiers
from slo.diagnostics.suggest import did_you_mean
from slo.model import Cause
from slo.promql.spelling import short
from slo.resolve.cycles import check_cycles, reachable

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Sequence

    from slo.model import Slo, SloName, SloSet
    from slo.resolve.findings import Findings
    from slo.schema import ValidatedFile

_SHOWN = 10
_OTHER_FILE = "build the file that has it, too, or remove it"


def with_causes(sets: tuple[SloSet, ...], files: Sequence[ValidatedFile], findings: Findings) -> tuple[SloSet, ...]:
    """Return the sets with causes and paging symptoms; report unknown SLOs and cycles."""
    slos = {(slo.service, slo.name): slo for one in sets for slo in one.slos}
    graph = {name: slo.depends_on for name, slo in slos.items()}
    if not any(graph.values()):
        return sets
    declared = {(file.spec.service, spec.name) for file in files for spec in file.spec.slos}
    _check_known(slos.values(), declared, findings)
    check_cycles(slos, graph, findings)
    causes = {name: reachable(graph, name) - {name} for name in graph}
    symptoms = defaultdict(list)
    for name, below in causes.items():
        if not any(tier.severity == "page" for tier in tiers(slos[name])):
            continue
        for cause in below:
            symptoms[cause].append(name)

    def related(slo: Slo) -> Slo:
        name = (slo.service, slo.name)
        found = tuple(
            _cause(slo, slos[other]) if other in slos else _unseen(slo, other, known=other in declared)
            for other in sorted(causes[name])
        )
        return replace(slo, causes=found, symptoms=tuple(sorted(symptoms[name])))

    return tuple(replace(one, slos=tuple(map(related, one.slos))) for one in sets)


def _check_known(slos: Iterable[Slo], known: Collection[SloName], findings: Findings) -> None:
    """Report names that no SLO has; services of which no file is compiled may have any."""
    services = {service for service, _ in known}
    for slo in slos:
        for number, (service, name) in enumerate(slo.depends_on):
            if service in services and (service, name) not in known:
                message = f'unknown SLO "{short(name)}" in service "{service}"'
                hint = _choices(slo, (service, name), known)
                findings.add(slo.place.at("depends_on", number), "SLO167", message, hint)


def _choices(slo: Slo, wrong: SloName, known: Collection[SloName]) -> str:
    """Return the closest name, as it is written in this file, or the names of the service."""

    def written(name: SloName) -> str:
        return name[1] if name[0] == slo.service else "/".join(name)

    others = sorted(name for name in known if name != (slo.service, slo.name))
    same = [written(name) for name in others if name[0] == wrong[0]]
    more = f" and {len(same) - _SHOWN} more" if len(same) > _SHOWN else ""
    listed = f"known: {', '.join(same[:_SHOWN])}{more}; or build the file that has it, too" if same else _OTHER_FILE
    return did_you_mean(written(wrong), map(written, others)) or listed


def _cause(slo: Slo, other: Slo) -> Cause:
    """Return the cause, and the labels of both that are equal in one incident: all but those that always differ."""
    mine, theirs = _labels(slo), _labels(other)
    both = mine.keys() & theirs.keys()
    equal = (name for name in both if None in {mine[name], theirs[name]} or mine[name] == theirs[name])
    return Cause(other.service, other.name, tuple(sorted(equal)))


def _unseen(slo: Slo, other: SloName, *, known: bool) -> Cause:
    """Return a cause of another build: with all labels equal, a mistake is a page more, never one less."""
    return Cause(*other, tuple(sorted(_labels(slo))), known=known)


def _labels(slo: Slo) -> dict[str, str | None]:
    """Return the labels of an SLO's alerts that others may have, too; None where each member has its own value."""
    return {**dict.fromkeys(slo.group_by), **dict(slo.labels), **dict(slo.alerts.labels)}
