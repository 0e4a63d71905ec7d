"""Checks of the oldest server: quoted names, functions and durations of Prometheus 3, native histograms."""

from __future__ import annotations

import subprocess
from decimal import Decimal
from pathlib import Path

import pytest
import yaml

from slo.diagnostics import Diagnostic
from slo.lint.checks import load_for
from slo.lint.checks.versions import unreadable
from slo.lint.context import LintContext
from slo.lint.registry import BUILD
from slo.model import Options, Scale, Sli
from slo.plan import plan
from slo.promql import parse_selector
from slo.query import parse_query
from slo.sli.events import Events
from slo.sli.latency import Latency
from tests.specimens import availability, objective, slo_set


def found(sli: Sli, prometheus: str = "2.42") -> list[Diagnostic]:
    """Return the findings of both checks about an SLI."""
    members = slo_set(objective("api", sli=sli))
    context = LintContext(plan(members, Scale(), Options(prometheus=prometheus)))  # type: ignore[arg-type] # one of the three
    load_for(context)
    return [found for found in BUILD.run(context) if found.code in {"SLO076", "SLO077"}]


def about(query: str) -> Events:
    """Return an SLI whose total is this query."""
    return Events(parse_query(query), None, parse_selector("errors_total"))


NEWER = [
    ('{"http.requests"}', 'the name "http.requests"'),
    ('{"http.requests", job="a"}', 'the name "http.requests"'),
    ('requests_total{"service.name"="a"}', 'the name "service.name"'),
    ('sum by ("service.name") (rate(requests_total[$window]))', 'the name "service.name"'),
    ('sum(rate({"http.requests"}[$window]))', 'the name "http.requests"'),
    ('sum(rate(a[$window]) * on ("x.y") group_left b)', 'the name "x.y"'),
    ("sum(rate(a[$window]) + 0 * last_over_time(b[300]))", "the duration 300 without a unit"),
    ("sum(rate(a[$window]) + 0 * b offset 300)", "the duration 300 without a unit"),
    ("sum(rate(a[$window]) + 0 * histogram_avg(b))", "the function histogram_avg"),
]
OLDER = [
    'requests_total{job="a.b",path="/"}',
    '{__name__="requests_total"}',
    '{__name__=~"requests.total"}',
    'sum by (job) (rate(requests_total{a=",",b="{}"}[$window]))',
    'label_replace(sum(rate(a[$window])), "x", "$1", "y", "(.*)")',
    'sum(count_values("x.y", rate(a[$window])))',
    "sum(rate(a[$window]) + 0 * histogram_avg{b='histogram_avg('} * 300)",
    "sum(rate(a[$window]) + 0 * last_over_time(b[300s] offset 5m))",
]


@pytest.mark.parametrize(("query", "what"), NEWER)
def test_what_came_with_prometheus_3_is_found(query: str, what: str) -> None:
    """An error with --prometheus 2.42, a warning without the option, none with 3."""
    (error,) = found(about(query))
    assert (error.code, error.severity) == ("SLO076", "error")
    assert error.message == f"Prometheus 2.42 cannot read {what}"
    assert error.place.path[-3:] == ("sli", "events", "total")
    (warning,) = found(about(query), "")
    assert (warning.code, warning.severity, warning.message) == ("SLO076", "warning", error.message)
    assert found(about(query), "3") == []


@pytest.mark.parametrize("query", OLDER)
def test_what_older_servers_read_is_not_found(query: str) -> None:
    """Texts that look similar: values of labels, names of functions as metrics, numbers that are no durations."""
    assert found(about(query)) == []


@pytest.mark.parametrize(("query", "_what"), NEWER)
def test_the_old_promtool_says_so_too(query: str, _what: str, promtools: dict[str, Path], tmp_path: Path) -> None:
    """Each of the findings is a rule that 2.42 refuses, or a name that no metric can have there, and 3 takes it."""
    assert [accepted(promtools[version], query, tmp_path) for version in sorted(promtools)] == [
        version != "2.42" for version in sorted(promtools)
    ]


@pytest.mark.parametrize("query", OLDER)
def test_the_old_promtool_reads_the_rest(query: str, promtools: dict[str, Path], tmp_path: Path) -> None:
    """Every version reads a query without findings."""
    assert all(accepted(promtool, query, tmp_path) for promtool in promtools.values())


def accepted(promtool: Path, query: str, folder: Path) -> bool:
    """Return whether promtool accepts a rule with the query."""
    rule = {"record": "a:b", "expr": query.replace("$window", "5m")}
    file = folder / "rules.yml"
    file.write_text(yaml.safe_dump({"groups": [{"name": "a", "rules": [rule]}]}), encoding="utf-8")
    return subprocess.run([promtool, "check", "rules", file], capture_output=True, check=False).returncode == 0


def test_names_that_can_be_read_but_never_scraped_are_found() -> None:
    """`__name__` accepts any text, but older servers have no metric with such a name."""
    (error,) = found(about('{__name__="http.requests"}'))
    assert error.message == 'Prometheus 2.42 cannot read the name "http.requests"'


def test_native_histograms_need_a_flag() -> None:
    """A warning where the server is old; none for newer ones."""
    native = Latency(parse_selector("seconds"), Decimal("0.3"), None, native=True)
    (warning,) = found(native)
    assert (warning.code, warning.severity) == ("SLO077", "warning")
    assert "--enable-feature=native-histograms" in warning.hint
    assert found(native, "") == found(native, "3") == found(availability()) == []


@pytest.mark.parametrize(
    ("by", "renamed", "said"),
    [
        (("http.route",), (), '"http.route"'),
        (("http_route",), (("http_route", "http.route"),), '"http.route"'),
        (("http.route",), (("http.route", "route"),), '"http.route"'),
        (("http_route",), (("http_route", "route"),), None),
    ],
)
def test_labels_of_groups_in_quotes_are_found(
    by: tuple[str, ...], renamed: tuple[tuple[str, str], ...], said: str | None
) -> None:
    """Labels of series and of records are reported; the hint has the name on older servers."""
    members = slo_set(objective("api", sli=about("requests_total"), group_by=by, renamed=renamed))
    for version, severity in (("2.42", "error"), ("", "warning")):
        wrong = list(unreadable(LintContext(plan(members, Scale(), Options(prometheus=version)))))  # type: ignore[arg-type]
        assert [(d.severity, d.message) for d in wrong] == (
            [(severity, f"Prometheus 2.42 cannot group by {said}")] if said else []
        )
        assert all(d.hint.endswith("older ones have http_route") for d in wrong)
    assert not list(unreadable(LintContext(plan(members, Scale(), Options(prometheus="3")))))
