"""Budget rules: the error budget, what remains of it, and the coverage of the window."""

from __future__ import annotations

from typing import TYPE_CHECKING

from slo.plan import matchers, members, names
from slo.plan.rules import Record
from slo.promql import duration, naming

if TYPE_CHECKING:
    from collections.abc import Sequence
    from decimal import Decimal

    from slo.model import Labels, Scale, Slo


def info(slo: Slo, shard: str, scale: Scale, more: Labels = ()) -> list[Record]:
    """Return `slo:info`: facts as labels, for dashboards. No rule reads those that may change, such as the title.

    A group has a series for each member, with its own objective. `more`: additional labels.
    """
    if not slo.group_by:
        return [Record(names.INFO, "vector(1)", (*_facts(slo, shard, scale, slo.objective), *more))]
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


def allowed(shard: str, slos: Sequence[Slo]) -> Record:
    """Return the error budget, 1 - objective, with the labels of the recorded series: later rules match one to one.

    Objectives of single members come first, as the first match counts.
    """
    own = [(members.where(_total(slo, shard), part.match), part.budget) for slo in slos for part in slo.overrides]
    known = matchers.names_of(slos)
    alike: dict[tuple[int, Decimal], list[Slo]] = {}
    for slo in slos:
        alike.setdefault((slo.window, slo.budget), []).append(slo)
    common = [
        (f'{names.events(window)}{{{which},kind="total"}}', share)
        for (window, share), some in alike.items()
        for which in matchers.pick(shard, some, known)
    ]
    parts = [f"0 * sum without (kind) ({which}) + {share.normalize():f}" for which, share in (*own, *common)]
    return Record(names.BUDGET, "\nor ".join(parts), (("shard", shard),))


def group_totals(slo: Slo, shard: str, scale: Scale) -> list[Record]:
    """Return the rules for a group as a whole: the error ratio and the remaining budget of all members together."""
    if not slo.group_by:
        return []
    identity = names.identity(slo, shard)
    total, bad, covered = (
        names.selector(names.events(slo.window), **identity, kind=kind) for kind in ("total", "bad", "covered")
    )
    gone = naming.labels((*slo.group_by, "kind"))
    allowed = f"sum without ({gone}) ({total} * ignoring (kind) {names.selector(names.BUDGET, **identity)})"
    recorded = f"max without ({gone}) ({covered}) / {slo.window // scale.factor}"
    left = f"1 - sum without ({gone}) ({bad}) / ({allowed} > 0) * ({recorded})"
    untouched = f"0 * sum without ({gone}) ({total}) + 1"
    ratio = f"sum without ({gone}) ({bad})\n/ (sum without ({gone}) ({total}) > 0)"
    labels = tuple(identity.items())
    return [
        Record(names.rollup_ratio(slo.window), ratio, labels),
        Record(names.ROLLUP_REMAINING, f"{left}\nor {untouched}", labels),
    ]


def _total(slo: Slo, shard: str) -> str:
    return f'{names.events(slo.window)}{{{names.inside(slo, shard)},kind="total"}}'


def left(shard: str, slos: Sequence[Slo], scale: Scale) -> list[Record]:
    """Return two rules for all SLOs of a shard: coverage of the window, and budget remaining.

    Missing data spend no budget: on a fresh server the error ratio of a few minutes must not count for the whole
    window. An SLO without traffic in its window has its whole budget.
    """
    covered, remaining = [], []
    for window, which in by_window(shard, slos):
        seconds = f'{names.events(window)}{{{which},kind="covered"}}'
        covered.append(f"sum without (kind) ({seconds}) / {window // scale.factor}")
        spent = f"{names.error_ratio(window)}{{{which}}} / {names.BUDGET}{{{which}}}"
        remaining.append(f"1 - {spent} * {names.COVERED}{{{which}}}")
    untouched = f"0 * {names.selector(names.BUDGET, shard=shard)} + 1"
    return [
        Record(names.COVERED, "\nor ".join(covered), (("shard", shard),)),
        Record(names.REMAINING, "\nor ".join([*remaining, untouched]), (("shard", shard),)),
    ]


def by_window(shard: str, slos: Sequence[Slo]) -> list[tuple[int, str]]:
    """Return (window, matchers) that select the SLOs of a shard with each window."""
    known = matchers.names_of(slos)
    windows: dict[int, list[Slo]] = {}
    for slo in slos:
        windows.setdefault(slo.window, []).append(slo)
    return [(window, which) for window in sorted(windows) for which in matchers.pick(shard, windows[window], known)]
