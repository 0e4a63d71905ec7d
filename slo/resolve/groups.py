"""Groups: the labels that split an SLO into members, and the objectives of single members."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from slo.model import Override
from slo.promql import naming
from slo.promql.spelling import short
from slo.resolve import values
from slo.resolve.labels import RESERVED

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from slo.diagnostics import Place
    from slo.model import Labels
    from slo.resolve.findings import Findings
    from slo.schema.spec import GroupLabel, OverrideSpec

_MOST_LABELS = 10
_OF_INFO = ("objective", "window", "unit", "title")
"""Labels of `slo:info`, which has a series for each member."""
_LONGEST = 200
_BOUND = "le"
"""The label of the buckets: without it they cannot be added up."""


class Grouping(msgspec.Struct, frozen=True):
    """The labels of records and alerts in a group; `renamed`: pairs of such a label and the one of the SLI's series."""

    names: tuple[str, ...] = ()
    renamed: Labels = ()


def grouping(labels: Sequence[str | GroupLabel], service: str, place: Place, findings: Findings) -> Grouping:
    """Return the labels of `group_by`; report duplicates and labels that slo sets itself."""
    here = place.at("group_by")
    pairs = [_pair(entry) for entry in labels]
    for number, (name, label) in enumerate(pairs):
        for code, message, hint in _problems(name, label, pairs[:number], pairs, service):
            findings.add(here.at(number), code, message, hint)
            break
    if len(labels) > _MOST_LABELS:
        findings.add(here, "SLO021", f"{len(labels)} labels; at most {_MOST_LABELS} make sense", "group by fewer")
    return Grouping(tuple(name for name, _ in pairs), tuple(pair for pair in pairs if pair[0] != pair[1]))


def _pair(entry: str | GroupLabel) -> tuple[str, str]:
    """Return the label of records and alerts, and the one of the SLI's series."""
    return (entry, entry) if isinstance(entry, str) else (entry.name or entry.label, entry.label)


_Problem = tuple[str, str, str]
"""Code, message and fix."""


def _problems(
    name: str, label: str, before: Sequence[tuple[str, str]], pairs: Sequence[tuple[str, str]], service: str
) -> Iterator[_Problem]:
    """Yield the problems of one label, the most basic first."""
    for text in dict.fromkeys((label, name)):
        if not naming.can_group(text) or len(text) > _LONGEST:
            message = f'PromQL cannot group by "{short(text)}"'
            yield "SLO021", message, "choose a label that is not a PromQL keyword and does not begin with __"
    if label == _BOUND:
        yield "SLO021", f'the label "{label}" is the bound of histogram buckets', "group by another one"
    elif name in RESERVED or name in _OF_INFO:
        yield "SLO021", f'the label "{name}" is set by slo itself', _rename(label, service, pairs)
    if name in [earlier for earlier, _ in before]:
        yield "SLO021", f'duplicate label "{short(name)}"', "remove one of them"
    elif name != label and name in [other for _, other in pairs]:
        yield "SLO021", f'"{short(name)}" is also grouped by under its own name', "choose another name after `as`"


def _rename(label: str, service: str, pairs: Sequence[tuple[str, str]]) -> str:
    """Return the fix: the same label under another name."""
    name = f"{service.replace('-', '_')}_{label}"
    if name in RESERVED or name in [used for pair in pairs for used in pair]:
        name = f"own_{name}"
    return f"group by it under another name: {{label: {label}, as: {name}}}"


def overrides(specs: Sequence[OverrideSpec], group: Grouping, place: Place, findings: Findings) -> tuple[Override, ...]:
    """Return the objectives of some members, in their order."""
    made: list[Override] = []
    for number, spec in enumerate(specs):
        here = place.at("objectives", number)
        for name in spec.match:
            if name not in group.names:
                message = f'the SLO is not grouped by "{short(name)}"'
                findings.add(here.at("match").key(name), "SLO066", message, _instead(name, group))
        match = tuple(sorted(spec.match.items()))
        if not match:
            findings.add(
                here.at("match"),
                "SLO066",
                "`match` is empty and matches every member",
                "name a label, or change `objective`",
            )
        elif any(set(earlier.match) <= set(match) for earlier in made):
            findings.add(
                here.at("match"), "SLO066", "an earlier objective matches all these members", "remove one of them"
            )
        objective = findings.read(values.objective, str(spec.objective), here, "objective")
        if objective is not None:
            made.append(Override(match, objective))
    return tuple(made)


def _instead(name: str, group: Grouping) -> str:
    """Return the fix for a label that the group does not have."""
    for new, old in group.renamed:
        if old == name:
            return f'group_by renames it; write "{new}"'
    return f"group_by has {', '.join(group.names)}" if group.names else "write `group_by` first"
