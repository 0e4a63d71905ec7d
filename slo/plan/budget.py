"""The budget rules: what an SLO may spend, what is left of it, and how much of its window is recorded."""

from __future__ import annotations

from itertools import groupby
from typing import TYPE_CHECKING

from slo.plan import names
from slo.plan.values import Record
from slo.promql import duration, quote

if TYPE_CHECKING:
    from collections.abc import Sequence

    from slo.model import Scale, Slo


def info(slo: Slo, shard: str, scale: Scale) -> Record:
    """Facts about the SLO as labels, for dashboards; never joined into alerts, so that a new title breaks nothing."""
    facts = {
        "shard": shard,
        "service": slo.service,
        "slo": slo.name,
        "objective": f"{slo.objective.normalize():f}",
        "window": duration(slo.window),
        "team": slo.team,
        "title": slo.title,
        "time_scale": str(scale.factor) if scale.factor != 1 else "",
    }
    return Record(names.INFO, "vector(1)", tuple((k, v) for k, v in facts.items() if v))


def allowed(slo: Slo, shard: str) -> Record:
    """The error budget, 1 - objective, on the labels of the SLO's own series: every later rule is one to one."""
    total = names.selector(names.events(slo.window), shard=shard, service=slo.service, slo=slo.name, kind="total")
    labels = (("shard", shard), ("service", slo.service), ("slo", slo.name))
    return Record(names.BUDGET, f"0 * sum without (kind) ({total}) + {slo.budget.normalize():f}", labels)


def left(shard: str, slos: Sequence[Slo], scale: Scale) -> list[Record]:
    """Two rules for all SLOs of a shard: the covered share of the window and the remaining share of the budget.

    What is not recorded is not spent: on a fresh server the error ratio of the few minutes there are must not count as
    if it had lasted for the whole window. An SLO without traffic in its whole window has its whole budget.
    """
    covered, remaining = [], []
    for window, members in _by_window(slos):
        which = {"shard": shard} | members
        ratio = _select(names.error_ratio(window), which)
        recorded = _select(names.events(window), which | {"kind": '="covered"'})
        covered.append(f"sum without (kind) ({recorded}) / {window // scale.factor}")
        remaining.append(f"1 - {ratio} / {names.BUDGET} * {names.COVERED}")
    untouched = f"0 * {_select(names.BUDGET, {'shard': shard})} + 1"
    return [
        Record(names.COVERED, "\nor ".join(covered), (("shard", shard),)),
        Record(names.REMAINING, "\nor ".join([*remaining, untouched]), (("shard", shard),)),
    ]


def _select(name: str, labels: dict[str, str]) -> str:
    inside = ",".join(
        f"{label}{test}" if test[0] in "=!" else f"{label}={quote(test)}" for label, test in labels.items()
    )
    return f"{name}{{{inside}}}"


def _by_window(slos: Sequence[Slo]) -> list[tuple[int, dict[str, str]]]:
    """(window, label tests) that pick the SLOs with that window; no test where all SLOs have the same."""
    if len({slo.window for slo in slos}) == 1:
        return [(slos[0].window, {})]
    ordered = sorted(slos, key=lambda slo: (slo.window, slo.service))
    return [
        (window, {"service": service, "slo": "=~" + quote("|".join(slo.name for slo in members))})
        for (window, service), members in groupby(ordered, key=lambda slo: (slo.window, slo.service))
    ]
