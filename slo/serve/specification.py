"""The specifications that `slo serve` was given: what `slo explain` says about their SLOs."""

from __future__ import annotations

from typing import TYPE_CHECKING

from slo.explain.collect import collect
from slo.explain.text import text
from slo.pipeline import Request, compile_sources
from slo.promql import duration
from slo.sources import read_sources

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from slo.plan.rules import PlannedSlo
    from slo.serve.fleet import Slo

Explained = dict[tuple[str, str], "PlannedSlo"]


def read(files: Sequence[str]) -> Explained:
    """Return the SLOs of specifications, by service and name.

    Raises:
        CompileError: a file cannot be read or compiled.
    """
    compiled = compile_sources(read_sources(files), Request(("prometheus",)))
    return {(planned.slo.service, planned.slo.name): planned for one in compiled for planned in one.plan.slos}


def explanation(known: Mapping[tuple[str, str], PlannedSlo], slo: Slo) -> tuple[str, str]:
    """Return what `slo explain` prints about an SLO, and in what Prometheus differs from the specification."""
    planned = known.get((slo.identity.service, slo.identity.slo))
    if not planned:
        return "", ""
    return text(collect(planned)), _difference(planned, slo)


def _difference(planned: PlannedSlo, slo: Slo) -> str:
    objectives = {round(member.objective, 9) for member in slo.members}
    wanted = {round(float(planned.slo.objective), 9)}
    if not planned.slo.overrides and objectives != wanted:
        return "the objective"
    return "" if duration(planned.slo.window) == slo.window_text else "the SLO window"
