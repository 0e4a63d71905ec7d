"""Lint: specifications in, all findings out."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from slo.diagnostics import Diagnostic, Place
from slo.lint import codes, lint
from slo.lint.ignores import Judged, judge
from slo.load.locate import located
from slo.pipeline import Request, attempt
from slo.sources import read_base, read_inputs

if TYPE_CHECKING:
    from collections.abc import Sequence

    from slo.observe.access import Access
    from slo.observe.metrics import Metrics
    from slo.observe.server import Server
    from slo.plan.rules import Plan


class LintRequest(msgspec.Struct, frozen=True):
    """What to check.

    Attributes:
        files: specification files, folders of them, or `-` for standard input.
        metrics: files or addresses of metrics that the queries are compared with.
        prometheus: address of a server that the queries are compared with, or none.
        access: credentials for the server; None: no server is asked.
    """

    files: tuple[str, ...] = ()
    metrics: tuple[str, ...] = ()
    prometheus: str | None = None
    access: Access | None = None


def report(request: LintRequest) -> Judged:
    """Return all findings, in the order of the files, and those that comments ignore.

    After an error, no comment is reported as needless: what it ignores may be in what was left out.
    """
    inputs = read_inputs(request.files)
    texts = inputs.texts
    outcome = attempt(inputs.sources, Request(), read_base, complete=not inputs.unread)
    errors = (*inputs.unread, *outcome.errors)
    found, checked = _found(outcome.plans, request)
    judged = judge(located((*errors, *outcome.certain(found)), texts), texts, frozenset() if errors else checked)
    return Judged(located((*judged.kept, *judged.about_comments), texts), judged.ignored)


def _found(plans: Sequence[Plan], request: LintRequest) -> tuple[list[Diagnostic], frozenset[str]]:
    """Return the findings, and the codes that were checked."""
    if not plans or not (request.metrics or request.prometheus):
        return [d for p in plans for d in lint(p)], codes()
    from slo.observe.errors import ObserveError  # noqa: PLC0415 - most runs check files alone

    try:
        metrics, server = _observed(request)
        found = [d for p in plans for d in lint(p, metrics, server)]
    except ObserveError as error:
        return [*(d for p in plans for d in lint(p)), Diagnostic("SLO136", Place(error.where), error.why)], codes()
    return found, codes(metrics=True, server=bool(server))


def _observed(request: LintRequest) -> tuple[Metrics, Server | None]:
    """Return metrics and server; without other metrics, those of the server.

    Credentials go to the server alone; its CA may be that of the pages of metrics as well.
    """
    from slo.observe import metrics_of, server_of  # noqa: PLC0415 - imports requests
    from slo.observe.access import ANONYMOUS, Access  # noqa: PLC0415 - as above
    from slo.observe.combined import CombinedMetrics  # noqa: PLC0415 - as above

    access = request.access or ANONYMOUS
    server = server_of(request.prometheus, access) if request.prometheus else None
    parts: list[Metrics] = [
        metrics_of(where, Access(ca_file=access.ca_file, variables=access.variables)) for where in request.metrics
    ]
    parts += [server] if server and not parts else []
    return (parts[0] if len(parts) == 1 else CombinedMetrics(parts)), server
