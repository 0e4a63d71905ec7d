"""Target `grafana`: one dashboard for all SLOs of a set, in the JSON that Grafana has read since version 10."""

from __future__ import annotations

import json
from collections import Counter
from typing import TYPE_CHECKING
from zlib import crc32

import msgspec

from slo.burnrate import LADDER
from slo.emit import panels
from slo.emit.header import lines as header
from slo.emit.panels import Panel, Query
from slo.plan import durations, names
from slo.promql import naming, quote
from slo.times import HOUR, SUBWINDOW

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from pathlib import PurePosixPath

    from slo.emit.context import Context
    from slo.emit.panels import Json
    from slo.plan.rules import Plan

_SCHEMA = 39
_BUDGET = (("red", None), ("orange", 0.0), ("yellow", 0.25), ("green", 0.5))
_BURN = (("green", None), ("yellow", 1.0), ("red", 6.0))
_FIRING = (("green", None), ("red", 1.0))
_HALF = panels.COLUMNS // 2
_BURN_WINDOWS = (HOUR, 6 * HOUR, 72 * HOUR)
_ABOVE = "fires above"


def grafana(plan: Plan, context: Context) -> Iterable[tuple[PurePosixPath, str]]:
    """Yield one file; it stays the same whatever data source, time range and SLO are chosen."""
    yield context.layout["grafana"], json.dumps(_dashboard(plan), indent=2, ensure_ascii=False) + "\n"


class _View(msgspec.Struct, frozen=True):
    """What the panels select: all SLOs of the set, and the chosen one.

    Attributes:
        which: matchers for the SLOs of this set.
        members: matchers for the chosen members of a group.
        member: the labels of a member, for legends.
    """

    plan: Plan
    which: str
    groups: tuple[str, ...]
    members: str
    member: str

    def every(self, name: str) -> str:
        """Return a series of all SLOs."""
        return f"{name}{{{self.which}}}"

    def one(self, name: str, kind: str = "") -> str:
        """Return a series of the chosen SLO."""
        more = f',kind="{kind}"' if kind else ""
        return f'{name}{{{self.which},slo="$slo"{self.members}{more}}}'

    @property
    def scaled(self) -> bool:
        """Whether windows are shorter than their names."""
        return self.plan.scale.factor != 1

    def span(self, window: int) -> str:
        """Return a window as the server measures it."""
        return durations.span(window, self.plan.scale.factor)

    def spoken(self, window: int) -> str:
        """Return a window in words."""
        return durations.spoken(window, self.plan.scale.factor)

    def firing(self) -> str:
        """Return the firing alerts of the chosen SLO; they have no shard."""
        return f'ALERTS{{alertstate="firing",service=~"$service",slo="$slo"{self.members}}}'


def _view(plan: Plan) -> _View:
    groups = tuple(sorted({label for planned in plan.slos for label in planned.slo.group_by}))
    which = f'shard=~{quote(f"{plan.set.name}-[0-9]+")},service=~"$service"'
    members = "".join(f',{naming.label(label)}=~"${_variable(label)}"' for label in groups)
    return _View(plan, which, groups, members, "".join(f" {{{{{label}}}}}" for label in groups))


def _variable(label: str) -> str:
    """Return the variable for a label: prefixed, as a label may have the name of another variable, and without dots."""
    plain = naming.underscored(label)
    return f"group_{plain}" if plain == label else f"group_{plain}_{crc32(label.encode()):08x}"


def _dashboard(plan: Plan) -> Json:
    view = _view(plan)
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


def _variables(view: _View) -> Iterator[Json]:
    shards = view.which.partition(",")[0]
    yield panels.data_source()
    yield panels.chosen("service", "service", f"label_values({names.INFO}{{{shards}}}, service)", several=True)
    yield panels.chosen("slo", "SLO", f"label_values({view.every(names.INFO)}, slo)", several=False)
    for label in view.groups:
        one = f'{names.BUDGET}{{{view.which},slo="$slo"}}'
        yield panels.chosen(_variable(label), label, f"label_values({one}, {label})", several=True)


def _panels(view: _View) -> Iterator[Panel]:
    """Yield a table of all SLOs, then the panels of the chosen one."""
    yield _overview(view)
    yield from _numbers(view)
    yield _error_ratio(view)
    yield _burn_rate(view)
    yield _remaining(view)
    yield _events(view)
    yield _alerts(view)
    if view.groups:
        yield from _rollups(view)


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


def _overview(view: _View) -> Panel:
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


def _values(view: _View) -> Iterator[tuple[str, str]]:
    """Yield the columns of the table with their queries."""
    budget, left, covered = (view.every(name) for name in (names.BUDGET, names.REMAINING, names.COVERED))
    windows = sorted({planned.slo.window for planned in view.plan.slos}, reverse=True)
    ratio = " or ".join(view.every(names.error_ratio(window)) for window in windows)
    yield _OBJECTIVE, f"1 - {budget}"
    yield _ATTAINED, f"1 - ({ratio})"
    yield _LEFT, left
    yield _EVENTS, " or ".join(f"{left} * {budget} * ignoring (kind) {_total(view, w)} / {covered}" for w in windows)
    seconds = {window: window // view.plan.scale.factor for window in windows}
    yield (
        _MINUTES,
        " or ".join(
            f"{left} * {budget} * {s / 60:g} and ignoring (kind) {_total(view, w)}" for w, s in seconds.items()
        ),
    )
    burns = {window: f"{view.every(names.error_ratio(window))} / {budget}" for window in _common(view.plan)}
    for window, burn in burns.items():
        yield f"Burn {view.span(window)}", burn
    burn = next(iter(burns.values()))
    yield (
        _LASTS,
        " or ".join(
            f"({left} > 0) * {s} / ({burn} > 1) and ignoring (kind) {_total(view, w)}" for w, s in seconds.items()
        ),
    )
    firing = 'ALERTS{alertstate="firing",service=~"$service",slo!=""}'
    yield _FIRES, f"0 * {left} + on (service, slo) group_left () count by (service, slo) ({firing})"
    yield _RECORDED, covered


def _total(view: _View, window: int) -> str:
    return f'{names.events(window)}{{{view.which},kind="total"}}'


def _overrides(view: _View, shown: Sequence[str]) -> list[Json]:
    uid = names.dashboard_uid(view.plan.set.name)
    below = f"/d/{uid}?var-service=${{__data.fields.Service}}&var-slo=${{__value.raw}}&${{__url_time_range}}"
    burns = [name for name in shown if name.startswith("Burn ")]
    return [
        panels.column("SLO", links=[{"title": "show below", "url": below}]),
        panels.column(_OBJECTIVE, unit="percentunit", decimals=3),
        panels.column(_ATTAINED, unit="percentunit", decimals=4),
        panels.column(_LEFT, unit="percentunit", decimals=1, **panels.coloured(_BUDGET)),
        panels.column(_EVENTS, unit="short", decimals=0),
        panels.column(_MINUTES, unit="m", decimals=0),
        *(panels.column(name, unit="none", decimals=2, **panels.coloured(_BURN)) for name in burns),
        panels.column(_LASTS, unit="s", decimals=0),
        panels.column(_FIRES, unit="none", decimals=0, **panels.coloured(_FIRING)),
        panels.column(_RECORDED, unit="percentunit", decimals=0),
    ]


def _common(plan: Plan) -> list[int]:
    """Return an hour, six hours and three days if every shard records them, else the shortest common window."""
    recorded = Counter(rule.name for group in plan.groups for rule in group.rules)
    shards = len({planned.shard for planned in plan.slos})
    common = [w for w in LADDER if recorded[names.error_ratio(w)] == shards]
    wanted = [window for window in _BURN_WINDOWS if window in common]
    return wanted or [min((w for w in common if w >= HOUR), default=SUBWINDOW)]


def _numbers(view: _View) -> Iterator[Panel]:
    """Yield the chosen SLO in five numbers."""
    burn = f"{view.one(names.error_ratio(SUBWINDOW))} / {view.one(names.BUDGET)}"
    recent = f"Of the last {view.spoken(SUBWINDOW)}; at 1 the budget lasts exactly its window."
    for title, text, expr, width, body in (
        ("Objective", "The share of good events.", f"1 - {view.one(names.BUDGET)}", 5, panels.stat("percentunit", 3)),
        ("Budget remaining", _MISSED, view.one(names.REMAINING), 5, panels.stat("percentunit", 1, _BUDGET)),
        ("Burn rate", recent, burn, 5, panels.stat("none", 2, _BURN)),
        ("Window recorded", "The rest counts as not spent.", view.one(names.COVERED), 5, panels.stat("percentunit", 0)),
        ("Alerts firing", "All tiers.", f"count({view.firing()}) or vector(0)", 4, panels.stat("none", 0, _FIRING)),
    ):
        yield Panel(f"{title}: $slo", text, width, 4, (Query(expr, view.member.strip() or "{{slo}}"),), body)


_MISSED = "Of the SLO's own window. Below zero the objective is missed."


def _error_ratio(view: _View) -> Panel:
    used = {w for planned in view.plan.slos for tier in planned.tiers for w in (tier.long, tier.short)} | {SUBWINDOW}
    ratios = (Query(view.one(names.error_ratio(w)), f"{view.span(w)}{view.member}") for w in sorted(used))
    text = "Bad events among all events over several windows, and what the objective allows."
    queries = (*ratios, Query(view.one(names.BUDGET), f"allowed{view.member}"))
    return Panel("Error ratio: $slo", text, _HALF, 9, queries, panels.lines("percentunit", floor=0))


def _burn_rate(view: _View) -> Panel:
    longs = sorted({tier.long for planned in view.plan.slos for tier in planned.tiers}) or [SUBWINDOW]
    text = (
        "Over the long windows of the alerts, as they compute it: what is not recorded of a window counts as good. "
        "A dashed line is the burn rate above which the alert tier fires."
    )
    queries = tuple(Query(_burn(view, w), f"{view.span(w)}{view.member}") for w in longs)
    return Panel(
        "Burn rate: $slo", text, _HALF, 9, (*queries, *_thresholds(view)), panels.lines("none", floor=0, dashed=_ABOVE)
    )


def _thresholds(view: _View) -> Iterator[Query]:
    """A line for each tier of the chosen SLO: policies may differ from SLO to SLO."""
    which: dict[tuple[str, str], list[str]] = {}
    for planned in view.plan.slos:
        for tier in planned.tiers:
            which.setdefault((tier.name, f"{tier.burn.normalize():f}"), []).append(planned.slo.name)
    for (name, burn), slos in which.items():
        only = "" if len(slos) == len(view.plan.slos) else f",slo=~{quote('|'.join(sorted(set(slos))))}"
        series = f'{names.BUDGET}{{{view.which},slo="$slo"{only}}}'
        yield Query(f"{burn} * group({series})", f"{name} {_ABOVE} {burn}")


def _burn(view: _View, window: int) -> str:
    recorded = f"{view.one(names.events(window), 'covered')} / {window // view.plan.scale.factor}"
    return f"{view.one(names.error_ratio(window))} * ignoring (kind) {recorded} / {view.one(names.BUDGET)}"


def _remaining(view: _View) -> Panel:
    query = Query(view.one(names.REMAINING), f"remaining{view.member}")
    return Panel("Budget remaining: $slo", _MISSED, _HALF, 8, (query,), panels.lines("percentunit", limit=0))


def _events(view: _View) -> Panel:
    queries = tuple(Query(view.one(names.events(SUBWINDOW), kind), f"{kind}{view.member}") for kind in ("total", "bad"))
    text = "What the budget is counted in: events, or minutes."
    return Panel(f"Events in {view.spoken(SUBWINDOW)}: $slo", text, _HALF, 8, queries, panels.lines("short", floor=0))


def _alerts(view: _View) -> Panel:
    by = naming.labels(("tier", "severity", *view.groups))
    quiet = f'0 * max by (slo) ({names.INFO}{{{view.which},slo="$slo"}})'
    queries = (
        Query(f"max by ({by}) ({view.firing()})", f"{{{{tier}}}} ({{{{severity}}}}){view.member}"),
        Query(quiet, "$slo"),
    )
    return Panel("Alerts: $slo", "When which alert tier fired.", panels.COLUMNS, 6, queries, panels.states())


def _rollups(view: _View) -> Iterator[Panel]:
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
