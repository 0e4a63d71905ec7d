"""Operands that may have no series: what is written in the place of a query, and what its parts mean."""

from __future__ import annotations

import pytest

from slo.model import CountingWindow
from slo.promql import Selector, parse_selector
from slo.query import parse_query, selectors_of
from slo.query.operands import BAD, GOOD, NEUTRAL, buckets_of, metrics, operands
from slo.query.zero_fill import QueryFacts, rate_of, zero_filled

BASE = CountingWindow("6m", 300)
ANY = CountingWindow("6m", 300, any_interval=True)


def of(text: str, sign: int = NEUTRAL, base: CountingWindow = BASE, whole: frozenset[str] = frozenset()) -> str:
    """The query, completed."""
    query = parse_query(text)
    return zero_filled(str(query), base, QueryFacts(sign, buckets_of(selectors_of(query)), whole))


def together(*terms: str) -> str:
    """The sum of terms of which some may have no series."""
    parts = " or ".join(f'label_replace({term}, "__part", "{n}", "", "")' for n, term in enumerate(terms))
    return f"sum without (__part) ({parts})"


PAIR = together('t{a="1"}', 't{a="2"}')


@pytest.mark.parametrize(
    "text",
    [
        "sum by (a) (rate(x[$window]))",
        "rate(x[$window]) or rate(y[$window])",
        "sum(rate(x[$window])) * on (a) group_left (b) y",
        "a + on (x) group_left b",
        "a + on (x) (b or vector(0))",
        "rate(a[$window]) > bool 5",
        "a ^ b",
        "rate(x[$window] offset 5m)",
        "histogram_count(rate(x[$window]))",
        "avg(a > 5)",
        "avg(count by (x) (up == 1))",
    ],
)
def test_what_needs_no_change_keeps_its_words(text: str) -> None:
    """Also many series beside one: what labels a missing one would have cannot be seen there."""
    assert of(text) == text.replace("$window", "6m")


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("a + b", together("a", "b")),
        ("sum(a) + (sum(b) + sum(c))", together("sum(a)", "sum(b)", "sum(c)")),
        ("a - b", "a - (b or 0 * a)"),
        ("a + b + (c or vector(0))", f"{together('a', 'b')} + (c or vector(0))"),
        ("a + (c or vector(0))", "a + (c or vector(0))"),
        ("a + on (x) b", together("a", "b").replace("without (__part)", "by (x)")),
        ("a + ignoring (x) b", together("a", "b").replace("(__part)", "(__part, x)")),
        ("a + b + on (x) c", together(together("a", "b"), "c").replace("without (__part)", "by (x)", 1)),
        ("a - ignoring (le) b", "a - ignoring (le) (b or ignoring (le) 0 * a)"),
        ("a - (b + c)", f"a - ({together('b', 'c')} or 0 * a)"),
        ("(a - b) - c", "(a - (b or 0 * a)) - (c or 0 * (a - (b or 0 * a)))"),
        ("sum by (x) (rate(a[$window]) + rate(b[$window]))", f"sum by (x) ({together('rate(a[6m])', 'rate(b[6m])')})"),
        ("(a + b) * 60", f"({together('a', 'b')}) * 60"),
        ("a + on (x) b + c", together(together("a", "b").replace("without (__part)", "by (x)"), "c")),
        ("clamp_min(a - b, 0) * 60", "clamp_min(a - (b or 0 * a), 0) * 60"),
        ("clamp_min(a - b, 0)", "clamp_min(a - (b or 0 * a), 0)"),
        ("sum(rate(a[$window]) > 5)", "sum((rate(a[6m]) > 5 or 0 * rate(a[6m])))"),
        ("5 < sum(a)", "(5 < sum(a) or 0 * sum(a))"),
        ("count(up == 1)", "(count(up == 1) or 0 * count(up))"),
    ],
)
def test_what_has_not_happened_yet_is_0(text: str, wanted: str) -> None:
    """An operand of a sum, what is subtracted, and what a comparison leaves out."""
    assert of(text) == wanted


@pytest.mark.parametrize(
    ("sign", "text", "wanted"),
    [
        (BAD, "e / t", "(e or 0 * t) / t"),
        (GOOD, "g / t", "g / t"),
        (GOOD, 't{a="1"} / t', '(t{a="1"} or 0 * t) / t'),
        (GOOD, '{__name__=~"g.*"} / {__name__=~"t.*"}', '{__name__=~"g.*"} / {__name__=~"t.*"}'),
        (GOOD, "1 - e / t", "1 - (e or 0 * t) / t"),
        (GOOD, "-(e / t)", "-((e or 0 * t) / t)"),
        (BAD, "1 - g / t", "1 - g / t"),
        (BAD, "e / on (x) t", "(e or on (x) 0 * t) / on (x) t"),
        (BAD, "(t - g) / t", "(t - g) / t"),
        (BAD, "clamp_min(t - g, 0) / t", "clamp_min(t - g, 0) / t"),
        (
            BAD,
            "(sum by (z) (t) - sum by (z) (g)) / sum by (z) (t)",
            "(sum by (z) (t) - sum by (z) (g)) / sum by (z) (t)",
        ),
        (BAD, "(a + b - g) / t", f"(({together('a', 'b')} - (g or 0 * {together('a', 'b')})) or 0 * t) / t"),
        (GOOD, "1 - (t - g) / t", "1 - (t - g) / t"),
        (BAD, "(e - retried) / t", "((e - (retried or 0 * e)) or 0 * t) / t"),
        (BAD, "(t - (g or vector(0))) / t", "((t - ((g or vector(0)) or 0 * t)) or 0 * t) / t"),
        (GOOD, "g / (g + e)", f"g / {together('g', 'e')}"),
        (GOOD, 't{a="1"} / (t{a="1"} + t{a="2"})', f'(t{{a="1"}} or 0 * {PAIR}) / {PAIR}'),
        (BAD, "e / (t > 0)", "(e or 0 * (t > 0)) / (t > 0)"),
        (BAD, "e / (t - h)", "(e or 0 * (t - (h or 0 * t))) / (t - (h or 0 * t))"),
    ],
)
def test_a_share_of_nothing_yet(sign: int, text: str, wanted: str) -> None:
    """No errors yet are a share of 0; no successes are one only where the denominator would show them."""
    assert of(text, sign) == wanted


def test_a_bucket_is_needed_for_each_series_of_its_histogram() -> None:
    """Series without it are unknown, in the minuend and in the denominator as well."""
    known = '(rate(h_count{a="1"}[6m]) and ignoring (le) rate(h_bucket{a="1",le="0.3"}[6m]))'
    text = 'sum(rate(h_count{a="1"}[$window])) - sum(rate(h_bucket{le="0.3",a="1"}[$window]))'
    assert of(text).startswith(f"sum({known}) - ")
    share = 'sum(rate(h_bucket{a="1",le="0.3"}[$window])) / sum(rate(h_count{a="1"}[$window]))'
    assert of(share, GOOD) == f'sum(rate(h_bucket{{a="1",le="0.3"}}[6m])) / sum({known})'


@pytest.mark.parametrize(
    ("counter", "bucket", "wanted"),
    [
        ("h_count", 'h_bucket{le="1"}', 'h_bucket{le="1"}'),
        ('h_bucket{le="+Inf"}', 'h_bucket{le="1"}', 'h_bucket{le="1"}'),
        (r'h_bucket{le=~"\\+Inf"}', 'h_bucket{le="1"}', 'h_bucket{le="1"}'),
        ('h_bucket{le=~"[+]Inf"}', 'h_bucket{le="1"}', 'h_bucket{le="1"}'),
        ('h_count{a="1"}', 'h_bucket{a="1",code="200",le=~"1|1.0"}', 'h_bucket{a="1",le=~"1|1.0"}'),
        ('h_count{a="1"}', 'h_bucket{le="1"}', None),
        ("g_count", 'h_bucket{le="1"}', None),
        ("h_count", "h_bucket", None),
    ],
)
def test_a_bucket_belongs_to_the_counter_of_its_histogram(counter: str, bucket: str, wanted: str | None) -> None:
    """The counter of all observations, whose other matchers the bucket has as well."""
    found = buckets_of([parse_selector(counter), parse_selector(bucket)]).get(parse_selector(counter), ())
    assert list(map(str, found)) == ([wanted] if wanted else [])


def test_the_change_of_a_counter_needs_no_scrape_interval() -> None:
    """Where the interval is not known; `rate` is left for series that began, ended or were reset."""
    change = "(x - x offset 5m) / 300 unless resets(x[6m]) > 0\n  or rate(x[6m])"
    assert rate_of(Selector("x"), ANY) == f"({change})"
    assert of("sum(rate(x[$window]))", base=ANY) == f"sum(({change}))"
    assert of("sum(irate(x[$window]))", base=ANY) == "sum(irate(x[6m]))"
    assert of("rate(x[$window] offset 5m)", base=ANY) == "rate(x[6m] offset 5m)"


def test_each_operand_has_a_sign() -> None:
    """What is subtracted counts the other way round; a denominator means nothing by itself."""
    query = parse_query("a - (b - c) + -d")
    assert [(str(s), sign) for s, sign in operands(query, GOOD)] == [("a", 1), ("b", -1), ("c", 1), ("d", -1)]
    assert [(str(s), sign) for s, sign in operands(parse_query("1 - e / t"), GOOD)] == [("e", -1), ("t", 0)]


def test_a_histogram_is_one_metric() -> None:
    """However it is counted, and wherever its name is written."""
    texts = ["h_count", 'h_bucket{le="1"}', '{__name__="x y"}', '{__name__=~"a|b"}']
    assert metrics(map(parse_selector, texts)) == {"h", "x y", ""}


def test_a_value_without_traffic() -> None:
    """Comparisons and conditions are left out: the series are there, and nothing happens."""

    def idle(text: str) -> str:
        return zero_filled(text, BASE, QueryFacts(BAD, idle=True))

    assert idle("e / (t > 0)") == "(e or 0 * (t)) / (t)"
    assert idle("e / t and on () hour() > 8") == "(e or 0 * t) / t"


def test_a_bucket_is_needed_for_a_fixed_range_as_well() -> None:
    """A ratio may name its range itself."""
    text = 'sum(rate(h_bucket{le="0.3"}[5m])) / sum(rate(h_count[5m]))'
    assert of(text, GOOD).endswith(' / sum((rate(h_count[5m]) and ignoring (le) rate(h_bucket{le="0.3"}[5m])))')
