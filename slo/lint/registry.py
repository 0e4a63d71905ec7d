"""The registry of checks: each check is declared once, at its function, with its code and its phase."""

from __future__ import annotations

from typing import TYPE_CHECKING, Generic, ParamSpec

from slo.diagnostics import Diagnostic
from slo.diagnostics.pages import page

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from slo.lint.context import LintContext
    from slo.lint.finding import Finding
    from slo.lint.series import SeriesIndex
    from slo.observe.server import Server

P = ParamSpec("P")


class Phase(Generic[P]):
    """The checks that run together, on the same arguments."""

    def __init__(self) -> None:
        """Start without checks."""
        self.checks: list[tuple[str, Callable[P, Iterator[Finding]]]] = []

    @property
    def codes(self) -> frozenset[str]:
        """The codes of all checks that are imported."""
        return frozenset(code for code, _ in self.checks)

    def add(self, code: str, function: Callable[P, Iterator[Finding]]) -> None:
        """Add a check."""
        self.checks.append((code, function))
        self.checks.sort(key=lambda each: each[0])

    def run(self, *args: P.args, **kwargs: P.kwargs) -> tuple[Diagnostic, ...]:
        """Return the findings of all checks, with the severity of their pages.

        Raises:
            ObserveError: metrics or server cannot be read any more.
        """
        return tuple(
            Diagnostic(code, found.place, found.message, found.hint, found.severity or page(code).severity)
            for code, function in self.checks
            for found in function(*args, **kwargs)
        )


BUILD: Phase[[LintContext]] = Phase()
"""Checks of specifications for `slo build` and `slo lint`."""
LINT: Phase[[LintContext]] = Phase()
"""Checks of specifications for `slo lint` alone."""
METRICS: Phase[[SeriesIndex]] = Phase()
"""Checks of queries against real metrics, for `slo lint --metrics` and `--prometheus`."""
SERVER: Phase[[LintContext, Server]] = Phase()
"""Checks of the rules against a server, for `slo lint --prometheus`."""


def check(code: str, phase: Phase[P]) -> Callable[[Callable[P, Iterator[Finding]]], Callable[P, Iterator[Finding]]]:
    """Register a function as a check that yields findings with this code."""

    def register(function: Callable[P, Iterator[Finding]]) -> Callable[P, Iterator[Finding]]:
        phase.add(code, function)
        return function

    return register
