"""Units of metrics: names, limits and bucket bounds."""

from __future__ import annotations

import re
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from slo.promql import parse_expr
from slo.units import (
    SECONDS,
    UNITS,
    LimitError,
    MetricUnit,
    bound_pattern,
    is_size,
    limit,
    named,
    spell,
    unit_of_expression,
    unit_of_name,
)

BOUNDS = st.builds(Decimal.scaleb, st.builds(Decimal, st.integers(1, 10**12)), st.integers(-12, 3))
UNIT = st.sampled_from([unit for unit in UNITS.values() if unit.size <= 1])


@st.composite
def spellings(draw: st.DrawFn, bound: Decimal) -> str:
    """One of the ways in which clients and servers write a number."""
    zeros = "0" * draw(st.integers(0, 3))
    if draw(st.booleans()):
        return padded(f"{bound.normalize():f}", zeros)
    exponent = bound.adjusted()
    mantissa = padded(f"{bound.scaleb(-exponent).normalize():f}", zeros)
    sign = "-" if exponent < 0 else draw(st.sampled_from(["", "+"]))
    width = draw(st.integers(1, 3))
    return f"{mantissa}{draw(st.sampled_from('eE'))}{sign}{abs(exponent):0{width}d}"


def padded(number: str, zeros: str) -> str:
    """A decimal with more zeros at its end."""
    return number + zeros if "." in number or not zeros else f"{number}.{zeros}"


@given(st.data(), BOUNDS, BOUNDS)
def test_a_pattern_matches_every_spelling_of_its_bound_and_no_other(
    data: st.DataObject, bound: Decimal, other: Decimal
) -> None:
    """Whatever the spelling: it matches if, and only if, the numbers are equal."""
    near = data.draw(st.sampled_from([bound, other, bound * 10, bound / 10, bound + bound.scaleb(-9), -bound]))
    spelled = ("-" if near < 0 else "") + data.draw(spellings(abs(near)))
    assert (re.fullmatch(bound_pattern(bound), spelled) is not None) == (Decimal(spelled) == bound)


@pytest.mark.parametrize(
    ("bound", "spelled"),
    [
        ("0.3", "0.3 0.30 3e-1 3.0E-1 3e-01"),
        ("1", "1 1.0 1e0 1e+00 1.0E0"),
        ("5000", "5000 5000.0 5e3 5e+03 5.0E3"),
        ("1000000", "1000000 1000000.0 1e6 1e+06 1.0E6"),
        ("0.268435454", "0.268435454 2.68435454e-01 2.68435454E-1"),
        ("0.00001", "0.00001 1e-05 1.0E-5"),
        ("1048576", "1048576 1048576.0 1.048576e+06 1.048576E6"),
    ],
)
def test_spellings_that_are_in_use(bound: str, spelled: str) -> None:
    """Of Go, Java, Python and JavaScript, and of the normalisation of Prometheus 3."""
    assert [text for text in spelled.split() if not re.fullmatch(bound_pattern(Decimal(bound)), text)] == []


@given(BOUNDS, UNIT)
def test_what_is_spelled_can_be_written(number: Decimal, unit: MetricUnit) -> None:
    """A bound in a message is pasted under `under`, and means the same bound."""
    assert limit(spell(number, unit), unit) == number


@pytest.mark.parametrize(
    ("metric", "unit"),
    [
        ("http_request_duration_seconds", "seconds"),
        ("seconds", "seconds"),
        ("took_milliseconds", "milliseconds"),
        ("took_ms", "milliseconds"),
        ("took_millis", "milliseconds"),
        ("job:took_ms", "milliseconds"),
        ("http.server.duration.ms", "milliseconds"),
        ("took_microseconds", "microseconds"),
        ("took_us", "microseconds"),
        ("took_nanoseconds", "nanoseconds"),
        ("took_ns", "nanoseconds"),
        ("answer_bytes", "bytes"),
        ("took", None),
        ("items", None),
        ("dns", None),
        ("seconds_behind", None),
        ("", None),
    ],
)
def test_names_end_in_their_unit(metric: str, unit: str | None) -> None:
    """As the whole last word."""
    found = unit_of_name(metric)
    assert (found.name if found else None) == unit


@pytest.mark.parametrize(
    ("text", "unit"),
    [
        ("max(a_ms)", "milliseconds"),
        ('max by (b) (last_over_time(a_ms{c="x / y"}[$window]))', "milliseconds"),
        ("quantile(0.9, a_ms)", "milliseconds"),
        ("histogram_quantile(0.9, rate(a_ms_bucket[$window]) or rate(b_seconds_bucket[$window]))", None),
        ("histogram_quantile(0.99, sum by (le) (rate(a_ms_bucket[$window])))", "milliseconds"),
        ("max(a_ms) / 1000", None),
        ("max(a_ms / 1000)", None),
        ("time() - max(a_ms)", None),
        ("rate(a_ms[$window])", None),
        ("count(a_ms)", None),
        ("a_ms or a_ms offset 5m", "milliseconds"),
        ("a_ms or b_seconds", None),
        ("a_ms - b_ms", "milliseconds"),
        ("-sum(a_bytes)", "bytes"),
        ("max(a_ms > 0)", "milliseconds"),
        ("a_ms > bool 5", None),
        ("max_over_time(max(a_ms)[5m:1m])", "milliseconds"),
        ("sum(rate(a_ms_sum[$window])) / sum(rate(a_ms_count[$window]))", "milliseconds"),
        ("sum(rate(a_ms_sum[$window])) / sum(rate(b_ms_count[$window]))", None),
        ("a_ms / b_ms", None),
        ("max(a)", None),
        ("vector(1)", None),
    ],
)
def test_expressions_that_keep_the_unit(text: str, unit: str | None) -> None:
    """Aggregations, filters and quantiles do, and so does a mean; other arithmetic and counts need not."""
    found = unit_of_expression(parse_expr(text).tree)
    assert (found.name if found else None) == unit


@pytest.mark.parametrize(
    ("word", "unit"), [("ms", "milliseconds"), ("By", "bytes"), ("s", "seconds"), ("1", None), ("", None)]
)
def test_words_of_metadata(word: str, unit: str | None) -> None:
    """OpenMetrics writes words, OpenTelemetry abbreviations."""
    found = named(word)
    assert (found.name if found else None) == unit


@pytest.mark.parametrize(
    "said",
    ["fast", "", "-1s", "0s", "0", -1, 300, "300", "1KB", "1MiB", "1e400", "1e-300", float("inf"), float("nan"), "1x"],
)
def test_what_is_no_limit_of_seconds(said: str | float) -> None:
    """Neither a time above zero nor a small bare number."""
    with pytest.raises(LimitError):
        limit(said, SECONDS)


def test_a_number_of_seconds_is_not_ambiguous_where_the_unit_is_given() -> None:
    """`unit: seconds` says what 300 means."""
    assert limit(300, SECONDS, chosen=True) == 300


@pytest.mark.parametrize(
    ("text", "size"), [("1MiB", True), ("1.5kB", True), ("1m", False), ("5", False), ("KB", False)]
)
def test_sizes(text: str, size: bool) -> None:  # noqa: FBT001 - a case
    """By the unit alone."""
    assert is_size(text) == size
