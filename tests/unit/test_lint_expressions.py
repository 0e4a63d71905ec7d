"""Checks of expressions: findings, their corrected queries, and similar queries without findings."""

from __future__ import annotations

import json
import re
import subprocess
from typing import TYPE_CHECKING, Any

import pytest
import yaml

from slo.lint import build_findings, lint
from slo.lint.checks import load_all
from slo.lint.context import LintContext
from slo.lint.registry import SERVER
from slo.load import Source
from slo.observe.errors import ObserveError
from slo.observe.server import Server
from slo.pipeline import Request, compile_sources
from slo.promql import with_window

if TYPE_CHECKING:
    from pathlib import Path

    from slo.diagnostics import Diagnostic
    from slo.observe.metrics import Series
    from slo.plan.rules import Plan

CODES = frozenset(f"SLO{number}" for number in range(153, 166))
E, T = "sum(rate(errors_total[$window]))", "sum(rate(all_total[$window]))"


def planned(sli: dict[str, object], **more: object) -> Plan:
    """Return the plan of one SLO."""
    slo = {"name": "a", "title": "A", "objective": "99%", "sli": sli, **more}
    text = yaml.safe_dump({"version": 1, "service": "shop", "owner": "web", "slos": [slo]})
    (compiled,) = compile_sources([Source("slos.yaml", text)], Request(("prometheus",)))
    return compiled.plan


def sli(kind: str, query: str) -> dict[str, object]:
    """Return an SLI with this query; `kind` is the field of the query."""
    if kind in {"success", "error"}:
        return {"ratio": {kind: query}}
    if kind == "timestamp":
        return {"freshness": {"timestamp": query, "under": "15m"}}
    if kind in {"over", "under"}:
        return {"threshold": {"query": query, kind: 5}}
    if kind == "up":
        return {"up": query}
    other = {"bad": "errors_total"} if kind == "total" else {"total": "all_total"}
    return {"events": {**other, kind: query}}


def found(kind: str, query: str, **more: object) -> list[Diagnostic]:
    """Return the findings about expressions."""
    return [one for one in lint(planned(sli(kind, query), **more)) if one.code in CODES]


FOUND = [
    ("SLO153", "success", "count(up == 1) / count(up)", "avg(up == bool 1)"),
    ("SLO153", "success", "(count((up==1))) / (count(up))", "avg((up == bool 1))"),
    ("SLO153", "success", "count(1 == up) / count(up)", "avg(1 == bool up)"),
    ("SLO153", "success", "count by (a) (up == 1) / count by (a) (up)", "avg by (a) (up == bool 1)"),
    (
        "SLO153",
        "success",
        "count by (a) (up == 1) / count by (b) (up)",
        "sum by (a) (up == bool 1) / count by (b) (up)",
    ),
    ("SLO153", "success", "count(up == 1) / count(up != 7)", "sum(up == bool 1) / count(up != 7)"),
    (
        "SLO153",
        "success",
        "count(up == 1) / on () count(up)",
        "sum(up == bool 1) / on () count(up)",
    ),
    ("SLO153", "error", "1 - count(up == 1) / count(up)", "1 - avg(up == bool 1)"),
    ("SLO153", "error", "errors_ratio > 0.05", "errors_ratio > bool 0.05"),
    ("SLO153", "error", "sum(a) / sum(b) > 5", "sum(a) / sum(b) > bool 5"),
    ("SLO153", "error", "sum(rate(a[5m])) / sum(rate(b[5m])) > 0", "sum(rate(a[5m])) / sum(rate(b[5m]))"),
    ("SLO153", "error", "sum(x > 5) / sum(x)", "sum((x > bool 5) * x) / sum(x)"),
    (
        "SLO153",
        "success",
        "count_over_time((up == 1)[5m:1m]) / count_over_time(up[5m:1m])",
        "sum_over_time((up == bool 1)[5m:1m]) / count_over_time(up[5m:1m])",
    ),
    ("SLO153", "success", "avg(a == on (x) b)", "avg(a == bool on (x) b)"),
    ("SLO153", "over", "count(a == 1) + count(b == 1)", "sum(a == bool 1) + sum(b == bool 1)"),
    ("SLO153", "over", "count(up == 1)", "sum(up == bool 1)"),
    ("SLO153", "over", "1 == max(up)", "1 == bool max(up)"),
    ("SLO153", "over", "count(up == 1) by (a)", "sum(up == bool 1) by (a)"),
    ("SLO153", "under", "max(depth > 100)", "max(depth)"),
    ("SLO153", "under", "time() - a > 9", "time() - a"),
    ("SLO153", "timestamp", "a * (b == 1)", "a * (b == bool 1)"),
    ("SLO153", "timestamp", "a > time() - 900", "a"),
    ("SLO154", "total", f"{T} or vector(0)", T),
    ("SLO154", "total", f"{T} or on () (vector(1))", T),
    ("SLO154", "total", f"vector(0) or {T}", T),
    ("SLO154", "total", f"clamp_min({T} or vector(0), 0)", f"clamp_min({T}, 0)"),
    ("SLO154", "total", "sum(rate(a[$window]) or vector(0))", "sum(rate(a[$window]))"),
    ("SLO154", "total", f'label_replace({T} or vector(0), "a", "b", "", "")', f'label_replace({T}, "a", "b", "", "")'),
    ("SLO154", "total", f"({T} or vector(0)) + ({E} or vector(0))", f"({T}) + ({E})"),
    ("SLO154", "total", f"{T} or 0 * absent(all_total)", T),
    ("SLO154", "good", f"{T} or vector(0)", T),
    ("SLO154", "bad", f"{E} or vector(1)", E),
    ("SLO154", "bad", f"count({E} or vector(0))", f"count({E})"),
    ("SLO154", "bad", f"({E} or vector(0)) >= bool 0", f"({E}) >= bool 0"),
    ("SLO154", "bad", f"({E} or vector(0)) + ({T} or vector(1))", f"({E}) + ({T})"),
    ("SLO154", "success", f"{E} / {T} or on() vector(1)", f"{E} / {T}"),
    ("SLO154", "error", f"1 - ({E} / {T} or vector(0))", f"1 - ({E} / {T})"),
    ("SLO154", "error", f"({E} or vector(0)) / ({T} or vector(1))", f"({E} or vector(0)) / ({T})"),
    ("SLO154", "under", "max(depth) or vector(0)", "max(depth)"),
    ("SLO154", "success", "absent(up)", ""),
    ("SLO154", "bad", f"vector(0) unless {E}", ""),
    ("SLO154", "under", "vector(scalar(sum(depth)))", ""),
    ("SLO155", "bad", f"{E} or vector(0)", E),
    ("SLO155", "bad", f"clamp_max({E} or vector(0), 5)", f"clamp_max({E}, 5)"),
    ("SLO155", "bad", f"({E} or vector(0)) + ({T} or vector(0))", f"({E}) + ({T})"),
    ("SLO157", "bad", f"{E} / {T}", f"bad: {E} and total: {T}"),
    ("SLO157", "bad", f"1 - ({E}) / ({T} > 0)", f"good: {E} and total: {T}"),
    ("SLO157", "good", f"1 - {E} / {T}", f"bad: {E} and total: {T}"),
    ("SLO157", "bad", f"1 - (1 - {E} / {T})", f"bad: {E} and total: {T}"),
    ("SLO157", "bad", f"100 * {E} / clamp_min({T}, 1)", f"bad: {E} and total: {T}"),
    ("SLO157", "bad", f"sum by (a) ({E} / on () group_left () {T})", f"bad: {E} and total: {T}"),
    ("SLO157", "bad", f"{E} / scalar({T})", f"bad: {E} and total: {T}"),
    ("SLO157", "bad", f"{E} / ({T} or vector(1))", f"bad: {E} and total: {T}"),
    ("SLO157", "total", f"{E} / {T}", f"total: {T}"),
    ("SLO157", "bad", "avg_over_time(job:errors_ratio[$window])", ""),
    ("SLO157", "bad", "sum(rate(a_seconds_sum[$window])) / sum(rate(a_seconds_count[$window]))", ""),
    ("SLO158", "bad", "avg(rate(errors_total[$window]))", E),
    ("SLO158", "bad", "avg(rate(errors_total[$window])) or vector(0)", f"{E} or vector(0)"),
    ("SLO158", "bad", "clamp_min(avg by (a) (rate(b[$window])), 0)", "clamp_min(sum by (a) (rate(b[$window])), 0)"),
    ("SLO159", "success", f"100 * {E} / {T}", f"{E} / {T}"),
    ("SLO159", "error", f"1 - 100 * ({E} / {T})", f"1 - ({E} / {T})"),
    ("SLO159", "success", f"({E} / {T}) * 1e2", f"{E} / {T}"),
    ("SLO159", "error", f"100 - 100 * {E} / {T}", f"(100 - 100 * {E} / {T}) / 100"),
    ("SLO159", "error", "1 - avg(cpu_pct)", "1 - avg(cpu_pct) / 100"),
    ("SLO159", "error", "round(sum(a * 10 * 10) / sum(b))", "round(sum(a * 10 * 10) / sum(b)) / 100"),
    ("SLO159", "success", 'hits_percent{zone="eu"}', 'hits_percent{zone="eu"} / 100'),
    ("SLO159", "success", "avg(a:hits_percentage:5m)", "avg(a:hits_percentage:5m) / 100"),
    ("SLO159", "success", "clamp_max(avg(hits), 100)", "clamp_max(avg(hits), 100) / 100"),
    ("SLO160", "total", f"{T} / 60", T),
    ("SLO160", "total", f"({T}) / (60 * 60) > 0", f"{T} > 0"),
    ("SLO160", "bad", "sum(60 * rate(errors_total[$window]))", E),
    ("SLO160", "bad", f"{E} * 10 + {T} * 10", f"{E} + {T}"),
    ("SLO161", "bad", '{__name__=~"a_total|b_total"}', "sum(rate(a_total[$window])) + sum(rate(b_total[$window]))"),
    (
        "SLO161",
        "bad",
        '{__name__=~"(?:a|b)_total$", c="d"}',
        'sum(rate(a_total{c="d"}[$window])) + sum(rate(b_total{c="d"}[$window]))',
    ),
    ("SLO161", "bad", '{__name__=~"a_.*"}', ""),
    ("SLO161", "bad", '{__name__!="a_total", c="d"}', ""),
    (
        "SLO161",
        "bad",
        'sum by (c) (rate({__name__=~"x|y"}[$window] offset 5m)) * 1',
        "(sum by (c) (rate(x[$window] offset 5m)) + sum by (c) (rate(y[$window] offset 5m))) * 1",
    ),
    (
        "SLO161",
        "up",
        '{__name__=~"up|probe_success"}',
        """sli: {threshold: {query: '{__name__=~"up|probe_success"}', over: 1}}""",
    ),
    (
        "SLO161",
        "under",
        'sum({__name__=~"a|b", offset="1"} offset 5m * 2)',
        'sum(a{offset="1"} offset 5m * 2) + sum(b{offset="1"} offset 5m * 2)',
    ),
    ("SLO161", "under", 'max(max_over_time({__name__=~"a|b"}[5m]))', ""),
    ("SLO161", "under", 'clamp_max({__name__=~"a|b"}, 5)', ""),
    ("SLO161", "under", 'sum({__name__=~"a|b"} > bool 5)', "sum(a > bool 5) + sum(b > bool 5)"),
    ("SLO161", "under", 'sum(-{__name__=~"a|b"})', "sum(-a) + sum(-b)"),
    (
        "SLO161",
        "up",
        """{__name__=~"up|probe_success",x="it's"}""",
        """sli: {threshold: {query: '{__name__=~"up|probe_success",x="it''s"}', over: 1}}""",
    ),
    ("SLO162", "bad", f"{E} or {T}", f"{E} + {T}"),
    ("SLO162", "bad", f"{E} or on() {T} or vector(0)", f"{E} + {T} or vector(0)"),
    ("SLO162", "bad", "sum(rate(a[$window]) or rate(b[$window]))", "sum(rate(a[$window])) + sum(rate(b[$window]))"),
    ("SLO162", "bad", "rate(a[$window]) or rate(b[$window])", "sum(rate(a[$window])) + sum(rate(b[$window]))"),
    ("SLO162", "error", f"({E} or {T}) / {T}", f"({E} + {T}) / {T}"),
    ("SLO163", "bad", "rate(a[$window] @ 1700000000)", "rate(a[$window])"),
    ("SLO163", "under", "max(depth @ 1.5e9 offset 5m)", "max(depth offset 5m)"),
    (
        "SLO163",
        "under",
        "max_over_time(max(depth @ 5)[1h:1m] offset 1h @ end())",
        "max_over_time(max(depth)[1h:1m] offset 1h)",
    ),
    ("SLO164", "bad", "rate(a[$window] offset 5m)", "rate(a[$window])"),
    ("SLO164", "bad", 'rate(a{offset="1"}[$window] offset 5m)', 'rate(a{offset="1"}[$window])'),
    ("SLO164", "timestamp", "a offset -5m", "a"),
]

QUIET = [
    ("success", "avg(up == bool 1)"),
    ("success", "(count(up == 1) or vector(0)) / count(up)"),
    ("error", "a / (b > 0)"),
    ("error", "a / (sum(b) != 0)"),
    ("error", "a and on () sum(b) > 5"),
    ("error", "a unless on () maintenance == 1"),
    ("error", "a >= 0"),
    ("error", "a < Inf"),
    ("error", "a != Inf"),
    ("error", "absent(a > 5) * on () b"),
    ("error", "a == a"),
    ("under", "depth > -1"),
    ("timestamp", "max(a > 0)"),
    ("timestamp", "a * (b == bool 1)"),
    ("bad", "sum(rate(errors_total[$window]) > 5)"),
    ("total", f"{T} + ({E} or vector(0))"),
    ("bad", f"{E} or 0 * {T}"),
    ("total", f"vector(1) unless ({T} or vector(0))"),
    ("error", f"({E} or vector(0)) / {T}"),
    ("error", f"{E} / ({T} or vector(1))"),
    ("bad", f"{T} * ({E} / {T})"),
    ("bad", f"{E} / count(up)"),
    ("bad", "avg_over_time(errors_per_minute[$window]) / 60"),
    ("bad", "sum(avg by (pod) (rate(errors_total[$window])))"),
    ("bad", "avg(rate(errors_total[$window])) * count(errors_total)"),
    ("bad", "avg(avg_over_time(errors_per_second[$window]))"),
    ("error", f"{E} / {T}"),
    ("error", "(100 - hits_percent) / 100"),
    ("error", "used_percent / allowed_percent"),
    ("error", "count(cpu_percent > bool 90) / count(cpu_percent)"),
    ("error", "sum(100 * a) / sum(100 * b)"),
    ("error", "percentile_ratio"),
    ("under", "cpu_percent"),
    ("bad", f"{E} * 1"),
    ("bad", f"{E} * 10 + {T}"),
    ("bad", '{__name__=~"errors_total"}'),
    ("bad", '{"errors.total"}'),
    ("under", '{__name__=~"a|b"}'),
    ("under", 'max({__name__=~"a|b"} > -1)'),
    ("under", 'max(last_over_time({__name__=~"a|b"}[5m]))'),
    ("bad", 'sum(rate(a{c="1"}[$window]) or rate(a{c=~"2.*"}[$window]))'),
    ("bad", 'sum by (c) (rate(a{c="1"}[$window])) or sum by (c) (rate(b{c="2"}[$window]))'),
    ("bad", f'label_replace({E}, "x", "1", "", "") or label_replace({T}, "x", "2", "", "")'),
    ("under", "new_depth or old_depth"),
    ("bad", 'rate(errors_total{user="a@b offset"}[$window])'),
    ("error", f"{T} / sum(rate(all_total[$window] offset 1w))"),
]


@pytest.mark.parametrize(("code", "kind", "query", "repair"), FOUND)
def test_a_query_is_found_with_its_repair(code: str, kind: str, query: str, repair: str) -> None:
    """The hint has the corrected query, the place is the field."""
    one = next(one for one in found(kind, query) if one.code == code)

    assert one.hint == f"write {repair}" if repair else one.hint
    assert one.place.path[-1] == {"over": "query", "under": "query", "up": "selector"}.get(kind, kind)


@pytest.mark.parametrize(("code", "kind", "query", "repair"), [row for row in FOUND if row[3] and ": " not in row[3]])
def test_a_repaired_query_is_not_found_again(code: str, kind: str, query: str, repair: str) -> None:
    """The corrected query has no finding."""
    assert code in [one.code for one in found(kind, query)]
    assert code not in [one.code for one in found(kind, repair)]


@pytest.mark.parametrize(("kind", "query"), QUIET)
def test_a_query_that_may_be_right_is_not_found(kind: str, query: str) -> None:
    """Guards, fallbacks of a part, and factors that cancel out."""
    assert [one.code for one in found(kind, query)] == []


def test_warnings_come_with_a_build() -> None:
    """A build reports numbers that would be silently wrong."""
    for code, kind, query, _ in FOUND:
        built = [one.code for one in build_findings(planned(sli(kind, query)))]
        assert (code in built) == (code != "SLO155"), query


@pytest.mark.parametrize(("limit", "repair"), [(1, "max(depth) > bool 9"), (5, "max(depth)")])
def test_a_flag_is_wanted_where_the_limit_is_one(limit: int, repair: str) -> None:
    """A value of 0 or 1 can break a limit of 1, and never one of 5."""
    said = lint(planned({"threshold": {"query": "max(depth) > 9", "over": limit}}))

    assert [d.hint for d in said if d.code == "SLO153"] == [f"write {repair}"]


def test_slices_are_looked_into() -> None:
    """The queries below `budgeting` are those of the events."""
    said = found("bad", f"{E} / {T}", budgeting={"slices": "1m", "target": "95%"})

    assert [one.code for one in said] == ["SLO157"]


@pytest.mark.parametrize(
    ("code", "kind", "query", "repair"),
    [
        ("SLO156", "bad", "sum by (t) (rate(a[$window])) or vector(0)", "sum by (t) (rate(a[$window]))"),
        ("SLO154", "total", "sum by (t) (rate(a[$window])) or vector(0)", "sum by (t) (rate(a[$window]))"),
        (
            "SLO161",
            "bad",
            '{__name__=~"a|b"}',
            "sum by (t) (rate(a[$window])) + sum by (t) (rate(b[$window]))",
        ),
        (
            "SLO162",
            "bad",
            "rate(a[$window]) or rate(b[$window])",
            "sum by (t) (rate(a[$window])) + sum by (t) (rate(b[$window]))",
        ),
    ],
)
def test_repairs_keep_the_labels_of_a_group(code: str, kind: str, query: str, repair: str) -> None:
    """The sums that they add are over the other labels."""
    assert [(one.code, one.hint) for one in found(kind, query, group_by=["t"])] == [(code, f"write {repair}")]


def test_factors_in_both_queries_are_both_taken_out() -> None:
    """Where they differ, neither is right by itself."""
    said = lint(planned({"events": {"total": f"{T} / 3600", "bad": f"{E} / 60"}}))

    assert [d.hint for d in said if d.code == "SLO160"] == [f"write total: {T} and bad: {E}"]
    assert [d for d in lint(planned({"events": {"total": f"{T} / 60", "bad": f"{E} / 60"}})) if d.code in CODES] == []


def test_a_long_repair_is_not_cut() -> None:
    """A corrected query is never cut."""
    query = " or ".join(f'sum(rate(some_errors_of_part_{n}_total{{job="api"}}[$window]))' for n in range(12))
    (one,) = found("bad", query)

    assert one.hint == "write " + query.replace(" or ", " + ")


class Values(Server):
    """A server on which some queries have large values."""

    def __init__(self, *large: str) -> None:
        """Set the queries with large values."""
        super().__init__("http://prom")
        self._large = large
        self.asked: list[str] = []

    def query(self, expression: str) -> list[Series]:
        """Return one series for a large value, an error for a broken query."""
        self.asked.append(expression)
        if "broken" in expression:
            raise ObserveError(self.where, "many-to-many matching")
        return [{}] if any(f"({text}) > 1.5" == expression for text in self._large) else []

    def get(self, path: str, *_: Any) -> Any:  # noqa: ANN401 - as there
        """Fail: nothing else is known."""
        raise ObserveError(self.where, f"no {path}")


def test_a_server_shows_percent() -> None:
    """A ratio that is above 1 on a server is found, once, whatever its name; a query that fails is not."""
    server = Values("sum(hits)", "avg_over_time(hits[2m])", "100 * sum(hits)")
    queries = ["sum(hits)", "avg_over_time(hits[$window])", "sum(misses)", "sum(broken)", "100 * sum(hits)"]
    load_all(metrics=False, server=True)
    said = [
        [d.hint for d in SERVER.run(LintContext(planned(sli("error", q))), server) if d.code == "SLO159"]
        for q in queries
    ]

    assert said == [["write sum(hits) / 100"], ["write avg_over_time(hits[$window]) / 100"], [], [], []]


# Two instances are down; the counters grow by 1 and 2 a second; `gone` and `none` have no series.
SERIES = {
    'up{instance="1"}': "0x20",
    'up{instance="2"}': "0x20",
    "errors_total": "0+60x20",
    "all_total": "0+120x20",
    "a": "0x20",
    "b": "0x20",
}
VALUES = [
    ("success", "count(up == 1) / count(up)", None, 0),
    ("over", "count(up == 1)", None, 0),
    ("error", "1 - count(up == 1) / count(up)", None, 1),
    ("under", "max(up > 0)", None, 0),
    ("error", "sum(up > 5) / count(up)", None, 0),
    ("total", "sum(rate(gone_total[$window])) or vector(0)", 0, None),
    ("success", "avg(gone) or on() vector(1)", 1, None),
    ("error", f"100 * {E} / {T}", 50, 0.5),
    ("error", f"100 - 100 * {E} / {T}", 50, 0.5),
    ("bad", f"{E} or {T}", 1, 3),
    ("bad", "sum(rate(errors_total[$window]) or rate(all_total[$window]))", 1, 3),
    ("bad", 'sum(rate({__name__=~"errors_total|all_total"}[$window]))', "fails", 3),
]


@pytest.mark.parametrize(("kind", "query", "before", "after"), VALUES)
def test_repairs_on_prometheus(
    promtool: Path,
    tmp_path: Path,
    kind: str,
    query: str,
    before: float | str | None,
    after: float | None,
) -> None:
    """The query has a wrong value or none, the corrected one the right value."""
    (one,) = [one for one in found(kind, query) if one.hint.startswith("write ")]
    repaired = one.hint.removeprefix("write ")

    assert evaluated(promtool, tmp_path, repaired, after) == ""
    said = evaluated(promtool, tmp_path, query, None if before == "fails" else before)
    assert re.search("same labelset", said) if before == "fails" else said == ""


def evaluated(promtool: Path, folder: Path, query: str, value: float | str | None) -> str:
    """Return the output of promtool if the query has another value after ten minutes."""
    test = {
        "expr": with_window(query, "5m"),
        "eval_time": "10m",
        "exp_samples": [] if value is None else [{"labels": "{}", "value": value}],
    }
    rows = [{"series": series, "values": values} for series, values in SERIES.items()]
    case = {"interval": "1m", "input_series": rows, "promql_expr_test": [test]}
    (folder / "test.yml").write_text(json.dumps({"tests": [case]}))
    told = subprocess.run([promtool, "test", "rules", folder / "test.yml"], capture_output=True, text=True, check=False)
    return "" if told.returncode == 0 else told.stdout + told.stderr
