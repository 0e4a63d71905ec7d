"""Labels and annotations: which names are possible, and how those of file, defaults and SLO add up."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from slo.promql.spelling import short

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from slo.diagnostics import Place
    from slo.model import Labels
    from slo.resolve.findings import Findings

RESERVED = frozenset(
    [
        "slo",
        "service",
        "team",
        "tier",
        "severity",
        "shard",
        "kind",
        "tile",
        "part",
        "b",
        "calendar",
        "tz",
        "time_scale",
        "le",
        "alertname",
    ]
)
"""Labels that the compiler sets itself."""
OF_ALERTS = frozenset(["alertname", "service", "slo", "team", "tier", "severity"])
"""Labels that identify an alert; the compiler sets them on every alert."""
_NAME = re.compile(r"[a-zA-Z_][a-zA-Z0-9_]*")
_HOW = "letters, digits and _, no digit first"


def check_labels(labels: Mapping[str, str] | None, place: Place, findings: Findings) -> None:
    """Report invalid names under `labels`, and names that the compiler sets."""
    for name in labels or {}:
        if problem := _problem(name, RESERVED, "choose another name"):
            findings.add(place.at("labels").key(name), "SLO021", *problem)


def check_distinguish(names: Sequence[str], place: Place, findings: Findings) -> None:
    """Report names that cannot be external labels; `tier` would stop a page from inhibiting the tickets of its SLO."""
    for number, name in enumerate(names):
        problem = _problem(name, OF_ALERTS, "name external labels only")
        if not problem and name in names[:number]:
            problem = f'duplicate label "{short(name)}"', "remove one of them"
        if problem:
            findings.add(place.at(number), "SLO021", *problem)


def _problem(name: str, own: frozenset[str], instead: str) -> tuple[str, str] | None:
    """Return why a label cannot have the name, and the fix; `instead`: the fix for `own`, the names that slo sets."""
    if name in own:
        return f'the label "{name}" is set by slo itself', instead
    if name.startswith("__"):
        return f'the label "{short(name)}" is internal to Prometheus', "choose another name"
    return None if _NAME.fullmatch(name) else (f'invalid label name "{short(name)}"', _HOW)


def check_annotations(annotations: Mapping[str, str] | None, place: Place, findings: Findings) -> None:
    """Report invalid names under `annotations`."""
    for name in annotations or {}:
        if not _NAME.fullmatch(name):
            here = place.at("annotations").key(name)
            findings.add(here, "SLO021", f'invalid annotation name "{short(name)}"', _HOW)


def merged(*layers: Mapping[str, str] | None) -> Labels:
    """Return all of them, sorted by name; later layers win."""
    together = {name: value for layer in layers for name, value in (layer or {}).items()}
    return tuple(sorted(together.items()))
