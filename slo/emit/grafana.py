"""Target `grafana`: one dashboard for all SLOs of a set, in the JSON that Grafana has read since version 10."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from slo.emit import panels
from slo.emit.grafana_overview import overview
from slo.emit.grafana_view import BUDGET, BURN, FIRING, variable, view_of
from slo.emit.header import lines as header
from slo.emit.panels import Panel, Query
from slo.plan import coverage, names
from slo.promql import naming, quote
from slo.times import SUBWINDOW

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import PurePosixPath

    from slo.emit.context import Context
    from slo.emit.grafana_view import View
    from slo.emit.panels import Json
    from slo.plan.rules import Plan

_SCHEMA = 39
_HALF = panels.COLUMNS // 2
_ABOVE = "fires above"


def grafana(plan: Plan, context: Context) -> Iterable[tuple[PurePosixPath, str]]:
    """Yield one file; it stays the same whatever data source, time range and SLO are chosen."""
    yield context.layout["grafana"], json.dumps(_dashboard(plan), indent=2, ensure_ascii=False) + "\n"


def _dashboard(plan: Plan) -> Json:
    view = view_of(plan)
    return {
        "description": " ".join(header(plan, "grafana")),
        "uid": names.dashboard_uid(plan.set.name),
        "title": f"SLOs of {plan.set.name}",
        "tags": ["slo"],
        "schemaVersion": _SCHEMA,
        "version": 1,
        "editable": True,
        "graphTooltip": 1,
        "refresh": "1m",
        "time": {"from": "now-24h", "to": "now"},
        "timezone": "browser",
        "annotations": {"list": [panels.mark("Alerts", view.firing(), f"{{{{tier}}}}{view.member}")]},
        "links": [panels.others("slo")],
        "templating": {"list": list(_variables(view))},
        "panels": panels.placed(_panels(view)),
    }


def _variables(view: View) -> Iterator[Json]:
    shards = view.which.partition(",")[0]
    yield panels.data_source()
    yield panels.chosen("service", "service", f"label_values({names.INFO}{{{shards}}}, service)", several=True)
    yield panels.chosen("slo", "SLO", f"label_values({view.every(names.INFO)}, slo)", several=False)
    for label in view.groups:
        one = f'{names.BUDGET}{{{view.which},slo="$slo"}}'
        yield panels.chosen(variable(label), label, f"label_values({one}, {label})", several=True)


def _panels(view: View) -> Iterator[Panel]:
    """Yield a table of all SLOs, then the panels of the chosen one."""
    yield overview(view)
    yield from _numbers(view)
    yield _error_ratio(view)
    yield _burn_rate(view)
    yield _remaining(view)
    yield _events(view)
    yield _alerts(view)
    if view.groups:
        yield from _rollups(view)


def _numbers(view: View) -> Iterator[Panel]:
    """Yield the chosen SLO in five numbers."""
    burn = f"{view.one(names.error_ratio(SUBWINDOW))} / {view.one(names.BUDGET)}"
    recent = f"Of the last {view.spoken(SUBWINDOW)}; at 1 the budget lasts exactly its window."
    for title, text, expr, width, body in (
        ("Objective", "The share of good events.", f"1 - {view.one(names.BUDGET)}", 5, panels.stat("percentunit", 3)),
        ("Budget remaining", _MISSED, view.one(names.REMAINING), 5, panels.stat("percentunit", 1, BUDGET)),
        ("Burn rate", recent, burn, 5, panels.stat("none", 2, BURN)),
        ("Window recorded", "The rest counts as not spent.", view.one(names.COVERED), 5, panels.stat("percentunit", 0)),
        ("Alerts firing", "All tiers.", f"count({view.firing()}) or vector(0)", 4, panels.stat("none", 0, FIRING)),
    ):
        yield Panel(f"{title}: $slo", text, width, 4, (Query(expr, view.member.strip() or "{{slo}}"),), body)


_MISSED = "Of the SLO's own window. Below zero the objective is missed."


def _error_ratio(view: View) -> Panel:
    used = {w for planned in view.plan.slos for tier in planned.tiers for w in (tier.long, tier.short)} | {SUBWINDOW}
    ratios = (Query(view.one(names.error_ratio(w)), f"{view.span(w)}{view.member}") for w in sorted(used))
    text = "Bad events among all events over several windows, and what the objective allows."
    queries = (*ratios, Query(view.one(names.BUDGET), f"allowed{view.member}"))
    return Panel("Error ratio: $slo", text, _HALF, 9, queries, panels.lines("percentunit", floor=0))


def _burn_rate(view: View) -> Panel:
    longs = sorted({tier.long for planned in view.plan.slos for tier in planned.tiers}) or [SUBWINDOW]
    text = (
        "Over the long windows of the alerts, as they compute it: what is not recorded of a window counts as good. "
        "A dashed line is the burn rate above which the alert tier fires."
    )
    queries = tuple(Query(_burn(view, w), f"{view.span(w)}{view.member}") for w in longs)
    return Panel(
        "Burn rate: $slo", text, _HALF, 9, (*queries, *_thresholds(view)), panels.lines("none", floor=0, dashed=_ABOVE)
    )


def _thresholds(view: View) -> Iterator[Query]:
    """A line for each tier of the chosen SLO: policies may differ from SLO to SLO."""
    which: dict[tuple[str, str], list[str]] = {}
    for planned in view.plan.slos:
        for tier in planned.tiers:
            which.setdefault((tier.name, f"{tier.burn.normalize():f}"), []).append(planned.slo.name)
    for (name, burn), slos in which.items():
        only = "" if len(slos) == len(view.plan.slos) else f",slo=~{quote('|'.join(sorted(set(slos))))}"
        series = f'{names.BUDGET}{{{view.which},slo="$slo"{only}}}'
        yield Query(f"{burn} * group({series})", f"{name} {_ABOVE} {burn}")


def _burn(view: View, window: int) -> str:
    weight = coverage.weight(view.one(names.events(window), "covered"), window // view.plan.scale.factor)
    return f"{view.one(names.error_ratio(window))} * ignoring (kind) {weight} / {view.one(names.BUDGET)}"


def _remaining(view: View) -> Panel:
    query = Query(view.one(names.REMAINING), f"remaining{view.member}")
    return Panel("Budget remaining: $slo", _MISSED, _HALF, 8, (query,), panels.lines("percentunit", limit=0))


def _events(view: View) -> Panel:
    queries = tuple(Query(view.one(names.events(SUBWINDOW), kind), f"{kind}{view.member}") for kind in ("total", "bad"))
    text = "What the budget is counted in: events, or minutes."
    return Panel(f"Events in {view.spoken(SUBWINDOW)}: $slo", text, _HALF, 8, queries, panels.lines("short", floor=0))


def _alerts(view: View) -> Panel:
    by = naming.labels(("tier", "severity", *view.groups))
    quiet = f'0 * max by (slo) ({names.INFO}{{{view.which},slo="$slo"}})'
    queries = (
        Query(f"max by ({by}) ({view.firing()})", f"{{{{tier}}}} ({{{{severity}}}}){view.member}"),
        Query(quiet, "$slo"),
    )
    return Panel("Alerts: $slo", "When which alert tier fired.", panels.COLUMNS, 6, queries, panels.states())


def _rollups(view: View) -> Iterator[Panel]:
    """Yield the panels of a group as a whole."""
    whole = f'{{{view.which},slo="$slo"}}'
    windows = sorted({planned.slo.window for planned in view.plan.slos if planned.slo.group_by})
    title, text = (
        "of all members together: $slo",
        "Of a group, over the SLO's own window: its members share one budget here.",
    )
    left = (Query(f"{names.ROLLUP_REMAINING}{whole}", "remaining"),)
    yield Panel(f"Budget remaining {title}", text, _HALF, 8, left, panels.lines("percentunit", limit=0))
    ratios = tuple(Query(f"{names.rollup_ratio(w)}{whole}", view.span(w)) for w in windows)
    yield Panel(f"Error ratio {title}", text, _HALF, 8, ratios, panels.lines("percentunit", floor=0))
