"""Panels in the style of all dashboards: one question each, with a unit, a description and a readable legend."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from grafana_foundation_sdk.builders import (
    bargauge,
    common,
    dashboard,
    dashboardlist,
    heatmap,
    logs,
    loki,
    nodegraph,
    prometheus,
    stat,
    statetimeline,
    table,
    tempo,
    text,
    timeseries,
)
from grafana_foundation_sdk.models import common as kinds
from grafana_foundation_sdk.models.dashboard import (
    DataSourceRef,
    DataTransformerConfig,
    DynamicConfigValue,
    Threshold,
    ThresholdsMode,
    ValueMap,
    ValueMappingResult,
)
from grafana_foundation_sdk.models.prometheus import PromQueryFormat

PROMETHEUS = DataSourceRef(type_val="prometheus", uid="prometheus")
LOKI = DataSourceRef(type_val="loki", uid="loki")
TEMPO = DataSourceRef(type_val="tempo", uid="tempo")

Panel = Any
"""A panel builder of the SDK: each kind has a class of its own, without a common one."""


@dataclass(frozen=True, slots=True)
class Query:
    """A PromQL expression, the legend of its series, and whether its exemplars are shown."""

    expr: str
    legend: str = ""
    exemplars: bool = False


def q(expr: str, legend: str = "", *, exemplars: bool = False) -> Query:
    """Return a query."""
    return Query(expr, legend, exemplars)


def lines(
    title: str,
    unit: str,
    *queries: Query,
    note: str,
    width: int = 8,
    most: float | None = None,
    limits: Sequence[tuple[float, str]] = (),
    stacked: bool = False,
) -> Panel:
    """Return lines over time; `limits` are values with their colours, drawn as lines."""
    panel = (
        timeseries.Panel()
        .title(title)
        .description(note)
        .datasource(PROMETHEUS)
        .unit(unit)
        .min(0)
        .span(width)
        .height(8)
        .line_width(1.5)
        .fill_opacity(20 if stacked else 0)
        .show_points(kinds.VisibilityMode.NEVER)
        .legend(
            common.VizLegendOptions()
            .show_legend(True)
            .display_mode(kinds.LegendDisplayMode.LIST)
            .placement(kinds.LegendPlacement.BOTTOM)
        )
        .tooltip(common.VizTooltipOptions().mode(kinds.TooltipDisplayMode.MULTI).sort(kinds.SortOrder.DESCENDING))
    )
    if most is not None:
        panel = panel.max(most)
    if stacked:
        panel = panel.stacking(common.StackingConfig().mode(kinds.StackingMode.NORMAL))
    if limits:
        panel = panel.thresholds(_steps(limits)).thresholds_style(
            common.GraphThresholdsStyleConfig().mode(kinds.GraphThresholdsStyleMode.DASHED)
        )
    return _with(panel, queries)


def number(
    title: str,
    unit: str,
    query: Query,
    *,
    note: str,
    limits: Sequence[tuple[float, str]] = (),
    width: int = 4,
    none: str = "no data",
) -> Panel:
    """Return one number, coloured by `limits`."""
    panel = (
        stat.Panel()
        .title(title)
        .description(note)
        .datasource(PROMETHEUS)
        .unit(unit)
        .span(width)
        .height(4)
        .no_value(none)
        .thresholds(_steps(limits))
        .reduce_options(common.ReduceDataOptions().calcs(["lastNotNull"]))
        .color_mode(kinds.BigValueColorMode.VALUE)
        .graph_mode(kinds.BigValueGraphMode.AREA)
    )
    return _with(panel, [query])


def bars(title: str, unit: str, query: Query, *, note: str, width: int = 12, most: float | None = None) -> Panel:
    """Return a bar for each series, the longest first."""
    panel = (
        bargauge.Panel()
        .title(title)
        .description(note)
        .datasource(PROMETHEUS)
        .unit(unit)
        .min(0)
        .span(width)
        .height(8)
        .orientation(kinds.VizOrientation.HORIZONTAL)
        .display_mode(kinds.BarGaugeDisplayMode.BASIC)
        .reduce_options(common.ReduceDataOptions().calcs(["lastNotNull"]))
        .thresholds(_steps(()))
    )
    if most is not None:
        panel = panel.max(most)
    return panel.with_target(_target(query, 0).instant())


def timeline(title: str, *queries: Query, states: Sequence[tuple[str, str, str]], note: str, width: int = 24) -> Panel:
    """Return states over time; `states` are value, text and colour."""
    mapping = ValueMap(
        options={
            value: ValueMappingResult(text=said, color=color, index=index)
            for index, (value, said, color) in enumerate(states)
        }
    )
    panel = (
        statetimeline.Panel()
        .title(title)
        .description(note)
        .datasource(PROMETHEUS)
        .span(width)
        .height(8)
        .show_value(kinds.VisibilityMode.NEVER)
        .merge_values(True)
        .row_height(0.8)
        .mappings([mapping])
        .legend(
            common.VizLegendOptions()
            .show_legend(True)
            .display_mode(kinds.LegendDisplayMode.LIST)
            .placement(kinds.LegendPlacement.BOTTOM)
        )
    )
    return _with(panel, queries)


def durations(title: str, query: Query, *, note: str, width: int = 12) -> Panel:
    """Return a heatmap of a histogram of seconds, with its exemplars."""
    panel = (
        heatmap.Panel()
        .title(title)
        .description(note)
        .datasource(PROMETHEUS)
        .span(width)
        .height(8)
        .calculate(False)
        .y_axis(heatmap.YAxisConfig().unit("s"))
        .cell_gap(1)
        .show_legend()
    )
    target = _target(query, 0).format(PromQueryFormat.HEATMAP)
    return panel.with_target(target)


def rows(
    title: str, *queries: tuple[Query, str, str], key: str, note: str, width: int = 12, hidden: Sequence[str] = ()
) -> Panel:
    """Return a table of the values now, joined on the label `key`; each query comes with its header and unit."""
    panel = table.Panel().title(title).description(note).datasource(PROMETHEUS).span(width).height(8).show_header(True)
    names = {f"Value #{_ref(index)}": header for index, (_, header, _) in enumerate(queries)}
    for index, (query, header, unit) in enumerate(queries):
        panel = panel.with_target(_target(query, index).instant().format(PromQueryFormat.TABLE))
        panel = panel.override_by_name(header, [DynamicConfigValue(id_val="unit", value=unit)])
    if len(queries) > 1:
        panel = panel.with_transformation(
            DataTransformerConfig(id_val="joinByField", options={"byField": key, "mode": "outer"})
        )
    else:
        names = {"Value": queries[0][1]}
    names["id"] = "SLO"
    excluded = dict.fromkeys(["Time", *(f"Time {number + 1}" for number in range(len(queries))), *hidden], True)
    options = {"excludeByName": excluded, "indexByName": {}, "renameByName": names}
    return panel.with_transformation(DataTransformerConfig(id_val="organize", options=options))


def records(title: str, query: str, *, note: str, width: int = 24, height: int = 12) -> Panel:
    """Return log records, the newest first."""
    return (
        logs.Panel()
        .title(title)
        .description(note)
        .datasource(LOKI)
        .span(width)
        .height(height)
        .show_time(True)
        .wrap_log_message(True)
        .enable_log_details(True)
        .sort_order(kinds.LogsSortOrder.DESCENDING)
        .dedup_strategy(kinds.LogsDedupStrategy.NONE)
        .with_target(loki.Dataquery().expr(query).ref_id("A").datasource(LOKI).max_lines(200))
    )


def log_lines(title: str, query: str, legend: str, *, note: str, width: int = 12) -> Panel:
    """Return the number of log records over time."""
    panel = lines(title, "short", note=note, width=width, stacked=True).datasource(LOKI)
    return panel.with_target(loki.Dataquery().expr(query).legend_format(legend).ref_id("A").datasource(LOKI))


def traces(title: str, query: str, *, note: str, width: int = 24, height: int = 10) -> Panel:
    """Return a table of the traces that a TraceQL query finds."""
    target = tempo.TempoQuery().query(query).query_type("traceql").limit(20).ref_id("A").datasource(TEMPO)
    return table.Panel().title(title).description(note).datasource(TEMPO).span(width).height(height).with_target(target)


def nodes(title: str, *, note: str) -> Panel:
    """Return the service graph that Tempo's data source draws from the metrics of the Collector."""
    target = tempo.TempoQuery().query_type("serviceMap").ref_id("A").datasource(TEMPO)
    return nodegraph.Panel().title(title).description(note).datasource(TEMPO).span(24).height(14).with_target(target)


def prose(content: str, *, title: str = "", width: int = 24, height: int = 6) -> Panel:
    """Return Markdown."""
    return text.Panel().title(title).mode("markdown").content(content).span(width).height(height).transparent(True)  # type: ignore[arg-type]


def boards(title: str, tag: str, *, width: int = 8, height: int = 10) -> Panel:
    """Return links to all dashboards with a tag."""
    return (
        dashboardlist.Panel()
        .title(title)
        .span(width)
        .height(height)
        .tags([tag])
        .show_search(True)
        .show_starred(False)
        .show_headings(False)
        .show_recently_viewed(False)
        .include_vars(True)
        .keep_time(True)
        .max_items(30)
    )


def _with(panel: Panel, queries: Sequence[Query]) -> Panel:
    for index, query in enumerate(queries):
        panel = panel.with_target(_target(query, index))
    return panel


def _target(query: Query, index: int) -> prometheus.Dataquery:
    target = prometheus.Dataquery().datasource(PROMETHEUS).expr(query.expr).ref_id(_ref(index))
    if query.legend:
        target = target.legend_format(query.legend)
    return target.exemplar(True) if query.exemplars else target


def _ref(index: int) -> str:
    return chr(ord("A") + index)


def _steps(limits: Sequence[tuple[float, str]]) -> dashboard.ThresholdsConfig:
    steps = [Threshold(value=None, color="text"), *(Threshold(value=value, color=color) for value, color in limits)]
    return dashboard.ThresholdsConfig().mode(ThresholdsMode.ABSOLUTE).steps(steps)
