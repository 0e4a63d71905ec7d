"""The checks, one module for each family; a build imports only the families that its specifications need.

Importing all of them makes a build of one SLO a tenth longer.
"""

from __future__ import annotations

from functools import cache
from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from slo.lint.context import LintContext


def _always(_: LintContext) -> bool:
    return True


def _expressions(context: LintContext) -> bool:
    return bool(context.expressions)


def _expressions_or_ratios(context: LintContext) -> bool:
    return bool(context.expressions) or any(slo.sli.kind == "ratio" for slo in context.slos)


def _unnamed_metrics(context: LintContext) -> bool:
    return bool(context.expressions) or any(not selector.name for _, selector in context.selectors)


_SPECIFICATIONS: dict[str, Callable[[LintContext], bool]] = {
    "alerts": _always,
    "counters": _always,
    "documentation": _always,
    "matchers": _always,
    "versions": _always,
    "windows": _always,
    "bridging": lambda context: any(slo.bridge for slo in context.slos),
    "comparisons": _expressions,
    "dependencies": lambda context: any(slo.depends_on for slo in context.slos),
    "event_pairs": lambda context: bool(context.pairs),
    "fallbacks": _expressions,
    "groups": lambda context: any(slo.group_by for slo in context.slos),
    "joins": _expressions,
    "modifiers": _expressions,
    "rates": _expressions,
    "ratios": _expressions,
    "scaling": _expressions_or_ratios,
    "several_metrics": _unnamed_metrics,
    "status_codes": lambda context: bool(context.pairs),
    "traffic": lambda context: any(slo.traffic is not None for slo in context.slos),
}
"""Families of checks that `slo build` runs, and the specifications in which they may find something."""

_LINT = ("latency", "maintenance")
_METRICS = ("members", "metric_types", "metric_units", "missing_series")
_SERVER = ("prometheus",)


def needed(context: LintContext) -> list[str]:
    """Return the families that may find something in a plan."""
    return [name for name, condition in _SPECIFICATIONS.items() if condition(context)]


def load_for(context: LintContext) -> None:
    """Import the families that may find something in a plan."""
    _load(needed(context))


def load_all(*, metrics: bool, server: bool) -> None:
    """Import every family; those about metrics and servers only if they are asked for."""
    _load([*_SPECIFICATIONS, *_LINT, *(_METRICS if metrics else ()), *(_SERVER if server else ())])


def _load(names: Iterable[str]) -> None:
    for name in names:
        _import(name)


@cache  # a build may have hundreds of sets
def _import(name: str) -> None:
    import_module(f"{__name__}.{name}")
