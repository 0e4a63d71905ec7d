"""The budget rules: what an SLO may spend, what is left of it, and how much of its window is recorded."""

from __future__ import annotations

from itertools import groupby
from typing import TYPE_CHECKING

from slo.plan import members, names
from slo.plan.values import Record
from slo.promql import duration, quote

if TYPE_CHECKING:
    from collections.abc import Sequence
    from decimal import Decimal

    from slo.model import Labels, Scale, Slo


def info(slo: Slo, shard: str, scale: Scale) -> list[Record]:
    """Facts about the SLO as labels, for dashboards; never joined into alerts, so that a new title breaks nothing.

    A group has a series for each of its members, with the member's own objective.
    """
    if not slo.group_by:
        return [Record(names.INFO, "vector(1)", _facts(slo, shard, scale, slo.objective))]
    total = _total(slo, shard)
    which: dict[Decimal, list[str]] = {}
    for part in members.classes(slo):
        which.setdefault(part.objective, []).append(f"0 * sum without (kind) ({members.only(total, part)}) + 1")
    return [
        Record(names.INFO, "\nor ".join(exprs), _facts(slo, shard, scale, objective))
        for objective, exprs in which.items()
    ]


def _facts(slo: Slo, shard: str, scale: Scale, objective: Decimal) -> Labels:
    facts = {
        **names.identity(slo, shard),
        "objective": f"{objective.normalize():f}",
        "window": duration(slo.window),
        "unit": slo.sli.unit if slo.sli.unit != "events" else "",
        "team": slo.team,
        "title": slo.title,
        "time_scale": str(scale.factor) if scale.factor != 1 else "",
    }
    return tuple((k, v) for k, v in facts.items() if v)


def allowed(slo: Slo, shard: str) -> Record:
    """The error budget, 1 - objective, on the labels of the SLO's own series: every later rule is one to one."""
    total = _total(slo, shard)
    parts = [(members.where(total, part.match), part.budget) for part in slo.overrides] + [(total, slo.budget)]
    expr = "\nor ".join(f"0 * sum without (kind) ({which}) + {share.normalize():f}" for which, share in parts)
    return Record(names.BUDGET, expr, tuple(names.identity(slo, shard).items()))


def rollups(slo: Slo, shard: str, scale: Scale) -> list[Record]:
    """A group as a whole: the error ratio of all its members together, and what is left of all their budgets."""
    if not slo.group_by:
        return []
    identity = names.identity(slo, shard)
    total, bad, covered = (
        names.selector(names.events(slo.window), **identity, kind=kind) for kind in ("total", "bad", "covered")
    )
    gone = ", ".join((*slo.group_by, "kind"))
    allowed = f"sum without ({gone}) ({total} * ignoring (kind) {names.selector(names.BUDGET, **identity)})"
    recorded = f"max without ({gone}) ({covered}) / {slo.window // scale.factor}"
    left = f"1 - sum without ({gone}) ({bad}) / ({allowed} > 0) * ({recorded})"
    ratio = f"sum without ({gone}) ({bad})\n/ (sum without ({gone}) ({total}) > 0)"
    labels = tuple(identity.items())
    return [Record(names.rollup_ratio(slo.window), ratio, labels), Record(names.ROLLUP_REMAINING, left, labels)]


def _total(slo: Slo, shard: str) -> str:
    return f'{names.events(slo.window)}{{{names.inside(slo, shard)},kind="total"}}'


def left(shard: str, slos: Sequence[Slo], scale: Scale) -> list[Record]:
    """Two rules for all SLOs of a shard: the covered share of the window and the remaining share of the budget.

    What is not recorded is not spent: on a fresh server the error ratio of the few minutes there are must not count as
    if it had lasted for the whole window. An SLO without traffic in its whole window has its whole budget.
    """
    covered, remaining = [], []
    for window, tests in _by_window(slos):
        which = {"shard": shard} | tests
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
        (window, {"service": service, "slo": "=~" + quote("|".join(slo.name for slo in members_))})
        for (window, service), members_ in groupby(ordered, key=lambda slo: (slo.window, slo.service))
    ]
