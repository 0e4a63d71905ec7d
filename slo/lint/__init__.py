"""Findings about plans that compile but may not mean what they should.

A check is a function that yields findings. To add one, write it in a module of `slo.lint.checks` with the decorator
`check`, write the page of its code in `slo/diagnostics/pages`, and show what it finds in `tests/golden/lints`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from slo.lint import checks
from slo.lint.context import LintContext
from slo.lint.registry import BUILD, LINT, METRICS, SERVER

if TYPE_CHECKING:
    from slo.diagnostics import Diagnostic
    from slo.observe.metrics import Metrics
    from slo.observe.server import Server
    from slo.plan.rules import Plan


def lint(plan: Plan, metrics: Metrics | None = None, server: Server | None = None) -> tuple[Diagnostic, ...]:
    """Return all findings about a plan, also those of comparing it with metrics and a server.

    Raises:
        ObserveError: metrics or server cannot be read any more.
    """
    checks.load_all(metrics=metrics is not None, server=server is not None)
    context = LintContext(plan, metrics)
    found = [*BUILD.run(context), *LINT.run(context)]
    if metrics is not None:
        from slo.lint.series import SeriesIndex  # noqa: PLC0415 - most runs check files alone

        found += METRICS.run(SeriesIndex(context, metrics))
    if server is not None:
        found += SERVER.run(context, server)
    return tuple(found)


def build_findings(plan: Plan) -> tuple[Diagnostic, ...]:
    """Return the findings of `slo build` about a plan; only the checks that it needs are imported."""
    context = LintContext(plan)
    checks.load_for(context)
    return BUILD.run(context)


def codes(*, metrics: bool = False, server: bool = False) -> frozenset[str]:
    """Return the codes that `lint` checks; `metrics`, `server`: it compares with them as well."""
    checks.load_all(metrics=metrics, server=server)
    return BUILD.codes | LINT.codes | (METRICS.codes if metrics else set()) | (SERVER.codes if server else set())
