"""Durations, strings and selectors: what is read, and that writing and reading are inverse."""

from decimal import Decimal

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from slo.promql import Matcher, PromqlError, Selector, duration, parse_duration, parse_selector, quote

TEXTS = st.text(st.characters(exclude_categories=["Cs"]))
LABELS = st.from_regex(r"[a-zA-Z_][a-zA-Z0-9_]{0,8}", fullmatch=True).filter(lambda name: name != "__name__")
MATCHERS = st.builds(Matcher, LABELS, st.sampled_from(["=", "!="]), TEXTS)
NAMES = st.from_regex(r"[a-z_][a-z0-9_:]{0,8}_total", fullmatch=True)
SELECTORS = st.builds(Selector, NAMES, st.lists(MATCHERS, max_size=4).map(tuple))


@given(st.integers(1, 10**12))
def test_a_duration_printed_and_read_is_itself(millis: int) -> None:
    """Whole milliseconds survive."""
    seconds = Decimal(millis) / 1000
    assert parse_duration(duration(seconds)) == seconds


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (300, "5m"),
        (Decimal("4.5"), "4s500ms"),
        (86_400, "1d"),
        (604_800, "7d"),
        (5_400, "1h30m"),
        (0, "0s"),
        (0.3, "300ms"),
    ],
)
def test_durations_are_spelled_as_prometheus_spells_them(seconds: float, text: str) -> None:
    """Days are the largest unit: a window is 30d, not 4w2d."""
    assert duration(seconds) == text


@pytest.mark.parametrize("text", ["", "5", "5 m", "m", "1.5h", "-5m", "5M", "5min", "9" * 5000 + "s"])
def test_what_is_no_duration_is_refused(text: str) -> None:
    """The message shows the text and how to write it."""
    with pytest.raises(PromqlError, match="; write a number and a unit"):
        parse_duration(text)


def test_no_time_at_all_is_refused() -> None:
    """A window of zero seconds makes no sense anywhere."""
    with pytest.raises(PromqlError, match="it must be longer than zero"):
        parse_duration("0s")


def test_weeks_are_read() -> None:
    """Prometheus knows weeks, so do we."""
    assert parse_duration("4w") == 28 * 86_400


@given(SELECTORS)
def test_a_selector_printed_and_read_is_itself(selector: Selector) -> None:
    """Whatever its values contain: quotes, backslashes, line breaks, separators that YAML knows."""
    assert parse_selector(str(selector)) == selector


@given(TEXTS)
def test_a_quoted_text_is_on_one_line(text: str) -> None:
    """No literal breaks the line that it stands in, for any reader of lines."""
    assert len(quote(text).splitlines()) == 1


@given(st.one_of(TEXTS, st.text("\x80\x81\x9f\ufffe\uffff\x7f\xa0")))
def test_a_quoted_text_may_stand_in_a_block_of_yaml(text: str) -> None:
    """YAML allows no control characters, and in a block of several lines nothing but PromQL can escape them."""
    assert yaml.safe_load(f"|-\n  {quote(text)}\n") == quote(text)


_DOTTED = Selector("http.requests", (Matcher("user.id", "=", "7"), Matcher("job", "=", "a")))


@pytest.mark.parametrize(
    ("text", "selector"),
    [
        ("up", Selector("up")),
        ("up{}", Selector("up")),
        ('{__name__="up",job="a"}', Selector("up", (Matcher("job", "=", "a"),))),
        ("up{job='a\"b'}", Selector("up", (Matcher("job", "=", 'a"b'),))),
        (r"up{path=`\d+`}", Selector("up", (Matcher("path", "=", r"\d+"),))),
        (r'up{path=~"\\d+"}', Selector("up", (Matcher("path", "=~", r"\d+"),))),
        ('up{a!="b", c!~"d"}', Selector("up", (Matcher("a", "!=", "b"), Matcher("c", "!~", "d")))),
        ('{__name__="has space"}', Selector("has space")),
        ('{"http.requests","user.id"="7","job"="a"}', _DOTTED),
        ('{__name__="http.requests","user.id"="7",job="a"}', _DOTTED),
        ('{__name__=~"a|b"}', Selector("", (Matcher("__name__", "=~", "a|b"),))),
    ],
)
def test_spellings_of_selectors(text: str, selector: Selector) -> None:
    """The same selector comes out of every spelling."""
    assert parse_selector(text) == selector


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("rate(up[5m])", "this is an expression"),
        ("up + 1", "this is an expression"),
        ("up[5m]", "this is an expression"),
        ("up offset 5m", "offset"),
        ("up @ 5", "offset"),
        ('up{a="1" or b="2"}', "joined by"),
        ('up{a="1"', ""),
        ("", ""),
    ],
)
def test_what_is_no_plain_selector_is_refused(text: str, message: str) -> None:
    """An expression, a modifier, a syntax error: each is told apart, in one line."""
    with pytest.raises(PromqlError) as caught:
        parse_selector(text)
    assert message in str(caught.value)
    assert len(str(caught.value).splitlines()) == 1


def test_more_matchers_on_another_metric() -> None:
    """What a histogram's count and buckets have in common is kept."""
    selector = Selector("seconds", (Matcher("job", "=", "a"),))
    assert str(selector.renamed("seconds_bucket", Matcher("le", "=", "1"))) == 'seconds_bucket{job="a",le="1"}'
