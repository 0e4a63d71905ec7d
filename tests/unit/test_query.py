"""Queries of SLIs: what they are read as, what becomes of `$window`, and what is no rate or no value."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from slo.diagnostics import Diagnostic, Place
from slo.promql import Matcher, PromqlError, Selector, quote
from slo.query import Expression, aggregated, check_rate, check_value, parse_query, selectors_of

PLACE = Place("slos.yaml", ("slos", 0))
RATE = "sum by (a) (rate(x_total[$window]))"


def expression(text: str) -> Expression:
    """A query that is more than a selector."""
    query = parse_query(text)
    assert isinstance(query, Expression)
    return query


def said(found: list[Diagnostic], text: str) -> list[tuple[str, str]]:
    """Code and the characters meant of each finding; the whole text where no part is meant."""
    parts = [d.place.part or (0, len(text)) for d in found]
    return [(d.code, text[start : start + length]) for d, (start, length) in zip(found, parts, strict=True)]


@pytest.mark.parametrize(
    "text", ["x_total", "x_total{}", " x_total # a comment\n", '{__name__="x_total"}', '{"x_total"}']
)
def test_a_selector_is_a_selector(text: str) -> None:
    """However it is written."""
    assert parse_query(text) == Selector("x_total")
    assert selectors_of(parse_query(text)) == (Selector("x_total"),)


def test_every_selector_of_an_expression_is_found_once() -> None:
    """Also in ranges, subqueries, arguments and behind offset, in the order of the text."""
    text = """sum(rate(x{a='1'}[$window] offset 5m)) / on() y + max_over_time(x{a="1"}[1h:1m]) and {b="2"} @ end()"""
    assert selectors_of(parse_query(text)) == (
        Selector("x", (Matcher("a", "=", "1"),)),
        Selector("y"),
        Selector("", (Matcher("b", "=", "2"),)),
    )


def test_a_name_that_is_matched_twice_stays_in_braces() -> None:
    """Prometheus allows no name before braces that hold another condition on it."""
    assert str(parse_query('{__name__="x",__name__=~"x|y"}')) == '{__name__="x",__name__=~"x|y"}'


def test_an_expression_is_spelled_on_one_line_without_comments() -> None:
    """Strings in double quotes, whatever the quotes of the user; `$window` stays."""
    text = "sum( # all )\r\n  rate(x{a=`\\d\n`,b='\"'}[$window])\n)  # the end"
    assert str(parse_query(text)) == 'sum( rate(x{a="\\\\d\\n",b="\\""}[$window]) )'


def test_an_expression_over_a_range_may_stand_beside_any_operator() -> None:
    """Calls and aggregations need no parentheses, all else gets them."""
    assert expression("rate(x[$window])").over("5m") == "rate(x[5m])"
    assert expression("sum(rate(x[$window])) by (a)").over("5m") == "sum(rate(x[5m])) by (a)"
    assert expression("rate(x[$window]) or rate(y[$window])").over("5m") == "(rate(x[5m]) or rate(y[5m]))"
    assert expression("(rate(x[$window]))").over("5m") == "((rate(x[5m])))"
    assert expression("-rate(x[$window])").over("5m") == "(-rate(x[5m]))"
    assert expression("sum(x) / sum(y)").over("5m") == "(sum(x) / sum(y))"


def test_the_variable_is_replaced_only_where_it_is_a_range() -> None:
    """In strings it is text, in comments nothing."""
    query = expression('rate(x{a="$window",b=\'"$window\'}[$window]) # [$window]')
    assert query.over("7s") == 'rate(x{a="$window",b="\\"$window"}[7s])'


@given(st.text(st.characters(exclude_categories=["Cs"])))
def test_no_text_breaks_out_of_its_string(value: str) -> None:
    """Whatever a label's value holds, the expression goes on behind it as before."""
    query = expression(f"rate(x{{a={quote(value)}}}[$window]) # {value.splitlines()[:1]}")
    assert query.over("5m") == f"rate(x{{a={quote(value)}}}[5m])"
    assert query.selectors == (Selector("x", (Matcher("a", "=", value),)),)


def test_values_are_aggregated_for_a_member() -> None:
    """With any aggregation, with or without a range inside."""
    assert aggregated(parse_query("queue_depth"), "max", ("tenant",)) == "max by (tenant) (queue_depth)"
    assert aggregated(parse_query("a + b"), "min", ()) == "min(a + b)"
    assert aggregated(parse_query(RATE), "max", (), "5m") == "max(sum by (a) (rate(x_total[5m])))"


def test_what_is_no_promql_is_refused_with_its_place() -> None:
    """The error that the reader raises comes through."""
    with pytest.raises(PromqlError, match="unknown function") as caught:
        parse_query("sum(rat(x[$window]))")
    assert (caught.value.start, caught.value.length) == (4, 3)


@pytest.mark.parametrize(
    "text",
    [
        "x_total",
        'x_total{code=~"5.."}',
        RATE,
        "rate(x_total[$window]) or rate(y_total[$window])",
        "histogram_count(rate(x_seconds[$window]))",
        "rate(x_total[$window]) and on() max_over_time(maintenance[5m]) == 0",
        "sum(rate(x_total[$window] offset 1m))",
        "avg_over_time(x:per_second[$window])",
        "max_over_time(rate(x_total[$window])[5m:1m])",
    ],
)
def test_rates_have_no_finding(text: str) -> None:
    """Counters, and rates over the range of slo's choice; other functions may look at ranges of their own."""
    assert list(check_rate(text, PLACE)) == []


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("sum(rate(x_total[$window])", ("SLO040", "(")),
        ("sum(increase(x_total[$window]))", ("SLO046", "increase")),
        ("sum(increase(x_total[5m]))", ("SLO046", "increase")),
        ("irate(x_total[$window])", ("SLO046", "irate")),
        ("delta(x[$window]) + rate(y[$window])", ("SLO046", "delta")),
        ("count_over_time(x_total[$window])", ("SLO046", "count_over_time")),
        (" histogram_quantile(0.9, rate(x_bucket[$window]))", ("SLO046", "histogram_quantile")),
        ("sum(rate(x_total[5m]))", ("SLO047", "[5m]")),
        ("rate(x_total[$window]) + rate(y_total[1h:1m])", ("SLO047", "[1h:1m]")),
        ("x_total / 300", ("SLO048", "x_total / 300")),
        ("x_total offset 5m", ("SLO048", "x_total offset 5m")),
        ("sum(max_over_time(x[5m]))", ("SLO048", "sum(max_over_time(x[5m]))")),
        ("x_total[$window]", ("SLO049", "x_total[$window]")),
        ("1 + 1", ("SLO049", "1 + 1")),
        ("scalar(rate(x_total[$window]))", ("SLO049", "scalar(rate(x_total[$window]))")),
        ('{job="api"}', ("SLO045", '{job="api"}')),
        ('rate({job="api"}[$window])', ("SLO045", 'rate({job="api"}[$window])')),
    ],
)
def test_what_is_no_rate_is_found_at_its_place(text: str, found: tuple[str, str]) -> None:
    """One finding, no follow-ups."""
    assert said(list(check_rate(text, PLACE)), text) == [found]


@pytest.mark.parametrize(
    ("text", "hint"),
    [
        ("increase(x_total[$window])", "write rate(...[$window])"),
        ("changes(x[$window])", "write rate(...[$window])"),
        ("count_over_time(x_total{a='b'}[$window])", 'write rate(x_total{a="b"}[$window])'),
        ("sum(sum_over_time(per_minute{a='b'}[$window]))", 'write avg_over_time(per_minute{a="b"}[$window]) / PERIOD'),
        ("count_over_time((x > 5)[$window:1m])", "write avg_over_time((x > bool 5)[$window:1m]) / PERIOD"),
        ("count_over_time((x>bool 5)[$window:1m])", "write avg_over_time((x>bool 5)[$window:1m]) / PERIOD"),
    ],
)
def test_counts_of_samples_become_rates(text: str, hint: str) -> None:
    """A gauge that holds the events of a period has a mean per second, and no rate."""
    (one,) = check_rate(text, PLACE)
    assert one.hint.split(",")[0] == hint


def test_all_rates_that_are_none_are_found_at_once() -> None:
    """Nobody has to repair one to learn of the other."""
    text = "increase(x_total[$window]) / rate(y_total[5m])"
    assert said(list(check_rate(text, PLACE)), text) == [("SLO046", "increase"), ("SLO047", "[5m]")]


@pytest.mark.parametrize(
    "text", ["queue_depth", "max(queue_depth) / 5", RATE, "increase(x_total[$window])", "rate(x[5m])", "vector(1)"]
)
def test_values_have_no_finding(text: str) -> None:
    """Whatever gives an instant vector."""
    assert list(check_value(text, PLACE)) == []


@pytest.mark.parametrize(
    ("text", "found", "what"),
    [
        ("time()", ("SLO049", "time()"), "a single number"),
        ('"a"', ("SLO049", '"a"'), "a string"),
        ("queue_depth[5m]", ("SLO049", "queue_depth[5m]"), "a range of samples"),
        ("(queue_depth[1h:1m])", ("SLO049", "(queue_depth[1h:1m])"), "a range of samples"),
        ("queue_depth{a=}", ("SLO040", "}"), "expected a value in quotes"),
        ('{job="api"} > 1', ("SLO045", '{job="api"} > 1'), "without a metric name"),
    ],
)
def test_what_is_no_value_is_found_at_its_place(text: str, found: tuple[str, str], what: str) -> None:
    """Numbers, texts and ranges measure nothing."""
    (diagnostic,) = check_value(text, PLACE)
    assert said([diagnostic], text) == [found]
    assert what in diagnostic.message
