"""The table of all SLOs in a Grafana dashboard."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from slo.burnrate import LADDER
from slo.emit import panels
from slo.emit.grafana_view import BUDGET, BURN, FIRING
from slo.emit.panels import Panel, Query
from slo.plan import names
from slo.promql import duration, naming, quote
from slo.times import HOUR, SUBWINDOW

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from slo.emit.grafana_view import View
    from slo.emit.panels import Json
    from slo.plan.rules import Plan

_BURN_WINDOWS = (HOUR, 6 * HOUR, 72 * HOUR)
_OBJECTIVE, _ATTAINED, _LEFT, _EVENTS, _MINUTES, _FIRES, _RECORDED = (
    "Objective",
    "Attainment",
    "Budget remaining",
    "Bad events left",
    "Minutes left",
    "Alerts",
    "Window recorded",
)
_LASTS = "Lasts"
_COLUMNS = {"slo": "SLO", "service": "Service", "team": "Team", "title": "Title", "window": "Window"}
_HIDDEN = ("Time", "__name__", "shard", "source", "objective", "unit", "time_scale")


def overview(view: View) -> Panel:
    """Return the table: one row for each SLO and each member of a group; a click on its name shows it below."""
    values = dict(_values(view))
    scale = {"time_scale": "Time scale"} if view.scaled else {}
    columns = {**_COLUMNS, **scale} | {f"Value #{panels.ref(n)}": name for n, name in enumerate(values)}
    hidden = [name for name in (*_HIDDEN, f"Value #{panels.ref(len(values))}") if name not in scale]
    return Panel(
        "All SLOs",
        "The least budget first. Bad events and minutes of a full outage that the budget still allows; how long it "
        "lasts at the burn rate of the shortest window, where that is above 1. A click on an SLO shows it below.",
        panels.COLUMNS,
        10,
        tuple(map(Query, (*values.values(), view.every(names.INFO)))),
        panels.table(columns, hidden, _overrides(view, list(values)), _LEFT),
    )


def _values(view: View) -> Iterator[tuple[str, str]]:
    """Yield the columns of the table with their queries; none keeps its name, or Grafana would not join the rows."""
    budget, left, covered = (view.every(name) for name in (names.BUDGET, names.REMAINING, names.COVERED))
    seconds = {w: w // view.plan.scale.factor for w in sorted({planned.slo.window for planned in view.plan.slos})}
    burns = {window: f"{view.every(names.error_ratio(window))} / {budget}" for window in _common(view.plan)}
    burn = next(iter(burns.values()))
    yield _OBJECTIVE, f"1 - {budget}"
    yield _ATTAINED, _by_window(view, {w: f"1 - {view.every(names.error_ratio(w))}" for w in seconds})
    yield _LEFT, f"{left} * 1"
    yield (
        _EVENTS,
        _by_window(view, {w: f"{left} * {budget} * ignoring (kind) {_total(view, w)} / {covered}" for w in seconds}),
    )
    yield _MINUTES, _by_window(view, {w: f"{left} * {budget} * {each / 60:g}" for w, each in seconds.items()})
    for window, each in burns.items():
        yield f"Burn {view.span(window)}", each
    yield _LASTS, _by_window(view, {w: f"({left} > 0) * {each} / ({burn} > 1)" for w, each in seconds.items()})
    by = naming.labels(("service", "slo", *view.groups))
    firing = 'ALERTS{alertstate="firing",service=~"$service",slo!=""}'
    yield _FIRES, f"0 * {left} + on ({by}) group_left () count by ({by}) ({firing})"
    yield _RECORDED, f"{covered} * 1"


def _by_window(view: View, exprs: Mapping[int, str]) -> str:
    """Return one expression for SLOs of several windows: each window is recorded for all of a shard."""
    if len(exprs) == 1:
        return next(iter(exprs.values()))
    parts = []
    for window, expr in exprs.items():
        own = f"{names.INFO}{{{view.which},window={quote(duration(window))}}}"
        parts.append(f"({expr} and on (shard, service, slo) {own})")
    return " or ".join(parts)


def _total(view: View, window: int) -> str:
    return f'{names.events(window)}{{{view.which},kind="total"}}'


def _overrides(view: View, shown: Sequence[str]) -> list[Json]:
    uid = names.dashboard_uid(view.plan.set.name)
    below = f"/d/{uid}?var-service=${{__data.fields.Service}}&var-slo=${{__value.raw}}&${{__url_time_range}}"
    burns = [name for name in shown if name.startswith("Burn ")]
    return [
        panels.column("SLO", links=[{"title": "show below", "url": below}]),
        panels.column(_OBJECTIVE, unit="percentunit", decimals=3),
        panels.column(_ATTAINED, unit="percentunit", decimals=4),
        panels.column(_LEFT, unit="percentunit", decimals=1, **panels.coloured(BUDGET)),
        panels.column(_EVENTS, unit="short", decimals=0),
        panels.column(_MINUTES, unit="m", decimals=0),
        *(panels.column(name, unit="none", decimals=2, **panels.coloured(BURN)) for name in burns),
        panels.column(_LASTS, unit="s", decimals=0),
        panels.column(_FIRES, unit="none", decimals=0, **panels.coloured(FIRING)),
        panels.column(_RECORDED, unit="percentunit", decimals=0),
    ]


def _common(plan: Plan) -> list[int]:
    """Return an hour, six hours and three days if every shard records them, else the shortest common window."""
    recorded = Counter(rule.name for group in plan.groups for rule in group.rules)
    shards = len({planned.shard for planned in plan.slos})
    common = [w for w in LADDER if recorded[names.error_ratio(w)] == shards]
    wanted = [window for window in _BURN_WINDOWS if window in common]
    return wanted or [min((w for w in common if w >= HOUR), default=SUBWINDOW)]
