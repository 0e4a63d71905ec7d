"""Groups: by which labels an SLO is split into members, and which members have objectives of their own."""

from __future__ import annotations

from typing import TYPE_CHECKING

from slo.model import Override
from slo.promql import naming
from slo.promql.spelling import short
from slo.resolve import values
from slo.resolve.labels import RESERVED

if TYPE_CHECKING:
    from collections.abc import Sequence

    from slo.diagnostics import Place
    from slo.resolve.findings import Findings
    from slo.schema.spec import OverrideSpec

_MOST_LABELS = 10
_OF_INFO = ("objective", "window", "unit", "title")
"""Labels of `slo:info`, which has a series for each member."""


def group_labels(labels: Sequence[str], place: Place, findings: Findings) -> tuple[str, ...]:
    """The labels of `group_by`, each once and none that the compiler needs itself."""
    here = place.at("group_by")
    for number, label in enumerate(labels):
        if label in RESERVED or label in _OF_INFO:
            findings.add(here.at(number), "SLO021", f'the label "{label}" is set by slo itself', "group by another one")
        elif naming.listed(label) != label or label.startswith("__"):
            message = f'"{short(label)}" is no label that PromQL can group by'
            findings.add(here.at(number), "SLO021", message, "letters, digits and _, and no word of PromQL")
        elif label in labels[:number]:
            findings.add(here.at(number), "SLO021", f'the label "{short(label)}" stands twice', "remove one of them")
    if len(labels) > _MOST_LABELS:
        findings.add(here, "SLO021", f"{len(labels)} labels; at most {_MOST_LABELS} make sense", "group by fewer")
    return tuple(labels)


def overrides(
    specs: Sequence[OverrideSpec], group_by: Sequence[str], place: Place, findings: Findings
) -> tuple[Override, ...]:
    """The objectives of some members, in their order."""
    made: list[Override] = []
    for number, spec in enumerate(specs):
        here = place.at("objectives", number)
        for name in spec.match:
            if name not in group_by:
                hint = f"group_by has {', '.join(group_by)}" if group_by else "say `group_by` first"
                findings.add(here.at("match").key(name), "SLO066", f'the SLO is not grouped by "{short(name)}"', hint)
        match = tuple(sorted(spec.match.items()))
        if not match:
            findings.add(here.at("match"), "SLO066", "this matches every member", "name a label, or change `objective`")
        elif any(set(earlier.match) <= set(match) for earlier in made):
            findings.add(here.at("match"), "SLO066", "an objective above takes all these members", "remove one of them")
        objective = findings.read(values.objective, str(spec.objective), here, "objective")
        if objective is not None:
            made.append(Override(match, objective))
    return tuple(made)
