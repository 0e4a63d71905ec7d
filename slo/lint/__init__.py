"""Findings about plans that compile but may not be what was meant: how lints are run.

A lint is a function from a `Subject` to findings of one code. To add one: write it in the module of its family, give it
a row in the table of `usual`, `special` or `infos`, explain its code in `slo/codes`, and show what it finds and what it
does not in `tests/golden/lints`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from slo.lint.subject import Subject
from slo.lint.usual import USUAL

if TYPE_CHECKING:
    from collections.abc import Iterable

    from slo.diagnostics import Diagnostic
    from slo.lint.subject import Lint
    from slo.observe.metrics import Metrics
    from slo.observe.server import Server
    from slo.plan.rules import Plan


def lint(plan: Plan, metrics: Metrics | None = None, server: Server | None = None) -> tuple[Diagnostic, ...]:
    """All findings about a plan; with `metrics` also what they say about it, with `server` what that says.

    Raises:
        ObserveError: metrics or server cannot be read any more.
    """
    subject = Subject(plan, metrics)
    found = _run(lints(), subject)
    if metrics is None and server is None:
        return found
    from slo.lint.live import of_metrics, of_server  # noqa: PLC0415 - most runs look at files alone

    seen = () if metrics is None else of_metrics(subject, metrics)
    return (*found, *seen, *(() if server is None else of_server(subject, server)))


def warnings(plan: Plan) -> tuple[Diagnostic, ...]:
    """What `slo build` has to say about a plan, quickly: of what is only worth knowing just what groups cost."""
    subject = Subject(plan)
    found = _run(USUAL, subject)
    if not subject.special:
        return found
    from slo.lint.special import SPECIAL  # noqa: PLC0415 - few specifications need them

    return (*found, *_run(SPECIAL, subject))


def lints() -> tuple[Lint, ...]:
    """Every lint that looks at specifications alone."""
    from slo.lint.infos import INFOS  # noqa: PLC0415 - a build needs neither
    from slo.lint.special import SPECIAL  # noqa: PLC0415 - as above

    return (*USUAL, *SPECIAL, *INFOS)


def _run(lints: Iterable[Lint], subject: Subject) -> tuple[Diagnostic, ...]:
    return tuple(found for check, _ in lints for found in check(subject))
