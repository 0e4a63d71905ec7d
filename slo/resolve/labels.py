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
"""Labels by which the compiler tells alerts apart; every alert has them from its rule."""
_NAME = re.compile(r"[a-zA-Z_][a-zA-Z0-9_]*")


def check_labels(labels: Mapping[str, str] | None, place: Place, findings: Findings) -> None:
    """Report names under `labels` that Prometheus does not take, and names that the compiler needs."""
    for name in labels or {}:
        here = place.at("labels").key(name)
        if name in RESERVED:
            findings.add(here, "SLO021", f'the label "{name}" is set by slo itself', "choose another name")
        elif name.startswith("__"):
            findings.add(here, "SLO021", f'the label "{short(name)}" is internal to Prometheus', "choose another name")
        elif not _NAME.fullmatch(name):
            findings.add(here, "SLO021", f'"{short(name)}" is no label name', "letters, digits and _, no digit first")


def check_distinguish(names: Sequence[str], place: Place, findings: Findings) -> None:
    """Report names that no external label can have, and labels that the rules set: tiers must not be told apart."""
    for number, name in enumerate(names):
        here = place.at(number)
        if name in OF_ALERTS:
            findings.add(here, "SLO021", f'the label "{name}" is set by slo itself', "name external labels only")
        elif name.startswith("__"):
            findings.add(here, "SLO021", f'the label "{short(name)}" is internal to Prometheus', "choose another name")
        elif not _NAME.fullmatch(name):
            findings.add(here, "SLO021", f'invalid label name "{short(name)}"', "letters, digits and _, no digit first")
        elif name in names[:number]:
            findings.add(here, "SLO021", f'duplicate label "{short(name)}"', "remove one of them")


def check_annotations(annotations: Mapping[str, str] | None, place: Place, findings: Findings) -> None:
    """Report names under `annotations` that Prometheus does not take."""
    for name in annotations or {}:
        if not _NAME.fullmatch(name):
            findings.add(
                place.at("annotations").key(name),
                "SLO021",
                f'"{short(name)}" is no annotation name',
                "letters, digits and _, no digit first",
            )


def merged(*layers: Mapping[str, str] | None) -> Labels:
    """All of them by name; the later layer wins."""
    together = {name: value for layer in layers for name, value in (layer or {}).items()}
    return tuple(sorted(together.items()))
