"""Input series for queries that are expressions: which they are, how they grow, and why there are none."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from slo.inputs import NoSeriesError, UndrivenError
from slo.inputs.evaluate import Server
from slo.inputs.source import inputs, sources, tree_of
from slo.query import parse_query
from slo.sli.events import EventsSpec
from slo.sli.freshness import FreshnessSpec
from slo.sli.ratio import RatioSpec
from slo.sli.threshold import ThresholdSpec

if TYPE_CHECKING:
    from collections.abc import Sequence

    from slo.model import InputSeries, Labels

Rows = dict[str, tuple[float, float, str]]


def shown(feeds: Sequence[InputSeries]) -> Rows:
    """Series -> what it is in or for a good and a bad one, and its kind."""
    return {feed.series: (float(feed.good), float(feed.bad), feed.kind) for feed in feeds}


def rate(selector: str) -> str:
    """All events of a selector."""
    return f"sum(rate({selector}[$window]))"


@pytest.mark.parametrize(
    ("fields", "wanted"),
    [
        (
            {"total": f"{rate('a')} + {rate('b')}", "bad": rate('a{c="5"}')},
            {"a{}": (0.5, 0, "counter"), "b{}": (0.5, 0, "counter"), 'a{c="5"}': (0, 1, "counter")},
        ),
        (
            {"total": f"{rate('a')} - {rate('b')}", "bad": "c"},
            {"a{}": (2, 2, "counter"), "b{}": (1, 1, "counter"), "c{}": (0, 1, "counter")},
        ),
        (
            {"total": "h_count", "bad": rate("h_count") + " - " + rate('h_bucket{le="1"}')},
            {"h_count{}": (1, 1, "counter"), 'h_bucket{le="1"}': (1, 0, "counter")},
        ),
        (
            {"total": rate("a"), "good": f"clamp_max({rate('b')}, 1e9) or vector(0)"},
            {"a{}": (1, 1, "counter"), "b{}": (1, 0, "counter")},
        ),
        (
            {"total": f"{rate('a')} / 60", "bad": f"{rate('b')} / 60"},
            {"a{}": (60, 60, "counter"), "b{}": (0, 60, "counter")},
        ),
        (
            {"total": rate("a"), "bad": 'sum(rate(b{x="1"}[$window]) or rate(b{x="2"}[$window]))'},
            {"a{}": (1, 1, "counter"), 'b{x="1"}': (0, 0.5, "counter"), 'b{x="2"}': (0, 0.5, "counter")},
        ),
        (
            {"total": "sum(rate(a[$window]) * on (pod) group_left (team) owner)", "bad": "b"},
            {"a{}": (1, 1, "counter"), "owner{}": (1, 1, "constant"), "b{}": (0, 1, "counter")},
        ),
        (
            {"total": 'h_count{x="1"}', "good": 'h_bucket{x="1", s!~"5..", le="1"}'},
            {'h_count{x="1",s="200"}': (1, 1, "counter"), 'h_bucket{x="1",s="200",le="1"}': (1, 0, "counter")},
        ),
        (
            {"total": 'h_bucket{le="+Inf"}', "good": 'h_bucket{le="0.05"}'},
            {'h_bucket{le="+Inf"}': (1, 1, "counter"), 'h_bucket{le="0.05"}': (1, 0, "counter")},
        ),
    ],
)
def test_each_operand_of_events_grows(fields: dict[str, str], wanted: Rows) -> None:
    """One good event makes a total of one and nothing bad, one bad event both, and all that can take part does."""
    assert shown(EventsSpec(**fields).build().input_series()) == wanted


@pytest.mark.parametrize(
    ("query", "limit", "wanted"),
    [
        ("max by (q) (depth)", {"under": 100}, {"depth{}": (100, 101, "gauge")}),
        ("-min(depth)", {"over": -5}, {"depth{}": (-5, 20, "gauge")}),
        ("sum(rate(a[$window]))", {"over": 5}, {"a{}": (20, 1, "rate")}),
        (
            "rate(s_sum[$window]) / rate(s_count[$window])",
            {"under": 0.5},
            {"s_sum{}": (0, 1, "rate"), "s_count{}": (1, 1, "rate")},
        ),
        (
            "count(alive)",
            {"over": 2},
            {'alive{instance="0"}': (1, 1, "gauge"), 'alive{instance="1"}': (1, 0, "presence")},
        ),
        (
            "histogram_quantile(0.9, sum by (le) (rate(s_bucket[$window]))) * 1000",
            {"under": 200},
            {
                f's_bucket{{le="{le}"}}': (1, bad, "rate")
                for le, bad in (("0.1", 0), ("0.4", 0), ("0.8", 1), ("+Inf", 1))
            },
        ),
    ],
)
def test_a_value_is_moved_to_either_side_of_its_limit(query: str, limit: dict[str, Any], wanted: Rows) -> None:
    """Exactly to the limit where nothing is rounded, else far from it."""
    assert shown(ThresholdSpec(query, **limit).build().input_series()) == wanted


@pytest.mark.parametrize(
    ("fields", "wanted"),
    [
        ({"error": f"{rate('a')} / {rate('b')}"}, {"a{}": (0, 1, "rate"), "b{}": (1, 1, "rate")}),
        ({"success": "sum(ready) / sum(wanted)"}, {"ready{}": (1, 0, "gauge"), "wanted{}": (1, 1, "gauge")}),
        ({"success": 'count(up{a="1"} == 1) / count(up{a="1"})'}, {'up{a="1"}': (1, 0, "gauge")}),
        ({"error": "1 - hit_percent / 100"}, {"hit_percent{}": (100, 0, "gauge")}),
    ],
)
def test_a_share_is_nothing_or_all(fields: dict[str, str], wanted: Rows) -> None:
    """The denominator grows while the numerator does or does not."""
    assert shown(RatioSpec(**fields).build().input_series()) == wanted


@pytest.mark.parametrize(
    ("query", "second", "kind"),
    [("max(t)", 1, "age"), ("max(t) / 1000", 1000, "age"), ("time() - age", 1, "gauge")],
)
def test_a_time_moves_on_with_the_clock(query: str, second: int, kind: str) -> None:
    """In the unit that the query reads, or as an age that it takes from the time."""
    (feed,) = FreshnessSpec(query, "15m").build().input_series()
    assert (feed.good, feed.bad, feed.second, feed.kind) == (0, 960, second, kind)


MEMBER = (("tenant", "gold"),)


@pytest.mark.parametrize(
    ("query", "member", "reason"),
    [
        ("sum(rate(a[$window] offset 5m))", (), 'looks back with "offset"'),
        ("sum(rate(a[$window])) / sum(rate(b[$window]))", (), "divides by a rate"),
        ("sum(rate(a[$window])) * sum(rate(b[$window]))", (), "multiplies rates"),
        ("sum(rate(a[$window])) + 1", (), "adds a constant"),
        ("sum(rate(a[$window]) > bool 1)", (), "compares with bool"),
        ("stddev(rate(a[$window]))", (), 'aggregates with "stddev"'),
        ("sum(rate(a[$window]))", MEMBER, "does more than add up rates"),
        ("sum(rate(a[$window])) or vector(0)", (), "a value without any series"),
        ("sum(rate(a[$window])) / count(up)", (), "a value without its counters"),
        ("sum(rate(a[$window]) > 0.1)", (), "does more than add up rates"),
        ("sum(rate(a[$window])) + sum(a)", (), "as a counter and as a value"),
        ("sum(max_over_time(rate(a[1m])[5m:1m]) * rate(b[$window]))", (), "subquery"),
    ],
)
def test_what_cannot_be_driven_says_why(query: str, member: Labels, reason: str) -> None:
    """In words that follow "not tested,"."""
    with pytest.raises(UndrivenError, match=reason):
        EventsSpec(total=query, bad="c").build().input_series(member)


def test_labels_that_a_selector_refuses_make_no_series() -> None:
    """Another member may have one."""
    sli = EventsSpec(total='sum by (tenant) (rate(a{tenant="red"}[$window]))', bad="c").build()
    with pytest.raises(NoSeriesError):
        sli.input_series(MEMBER)
    assert sli.input_series((("tenant", "red"),))


@pytest.mark.parametrize(
    ("query", "values", "wanted"),
    [
        ("sum by (x) (a) * on (x) group_left () b", {'a{x="1"}': 3, 'b{x="1"}': 2}, {(("x", "1"),): 6}),
        ("a == bool 3", {"a{}": 3}, {(): 1}),
        ("2 < a", {"a{}": 3}, {(): 3}),
        ("a unless on (x) b", {'a{x="1"}': 3, 'b{x="1"}': 1}, {}),
        ('label_replace(a, "y", "$1!", "x", "(.).*")', {'a{x="12"}': 3}, {(("x", "12"), ("y", "1!")): 3}),
        ("clamp(a, 0, 1) + round(a / 10)", {"a{}": 7}, {(): 2}),
        ("quantile(0.5, a) - scalar(a) % 2", {"a{}": 7}, {(): 6}),
        ("topk(3, a) / 0", {"a{}": 7}, {(): float("inf")}),
        ("a - ignoring (x) b", {'a{x="1"}': 3, "b{}": 1}, {(): 2}),
        ("ceil(a) ^ 2 + -a", {"a{}": 1.5}, {(): 2.5}),
    ],
)
def test_queries_are_evaluated_as_prometheus_does(
    query: str, values: dict[str, float], wanted: dict[tuple[tuple[str, str], ...], float]
) -> None:
    """Labels, filters, functions, matching."""
    tree = tree_of(parse_query(query))
    found = sources([tree])
    member = tuple({pair for name in values for pair in _labels(name)})
    server = Server.of(inputs(found, member), [one.selector for one in found], completed=False)
    by_name = {name.partition("{")[0]: value for name, value in values.items()}
    row = [float(by_name[one.series.partition("{")[0]]) for one in server.inputs]
    assert {tuple(sorted(labels)): value for labels, value in server.vector(tree, row).items()} == wanted


def _labels(series: str) -> list[tuple[str, str]]:
    inside = series.partition("{")[2].rstrip("}")
    return [
        (label, value.strip('"')) for label, _, value in (part.partition("=") for part in inside.split(",") if part)
    ]
