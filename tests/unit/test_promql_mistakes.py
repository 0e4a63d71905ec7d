"""Each mistake in PromQL has a place within the text and a sentence that says what to do about it."""

from __future__ import annotations

import random
import re

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from slo.promql import PromqlError, parse_expr
from slo.promql.tokens import tokens
from slo.query import Expression, Query, parse_query

# The query, the characters that the caret points at, and what is said.
MISTAKES = [
    # brackets
    ("sum(rate(x[5m])", "(", 'this "(" is not closed'),
    ('x{a="b"', "{", 'this "{" is not closed'),
    ("rate(x[5m", "[", 'this "[" is not closed'),
    ("x)", ")", 'this ")" closes nothing'),
    ('x{a="b"]', "]", 'this "]" does not close the "{" before it'),
    ("rate(x[5m)", ")", 'this ")" does not close the "[" before it'),
    # functions and their arguments
    ("sum(rat(x[5m]))", "rat", 'unknown function "rat"; did you mean "rate"?'),
    ("quxx(x)", "quxx", 'unknown function "quxx"'),
    ("Rate(x[5m])", "Rate", 'names of functions are written in lower case: "rate"'),
    ("mad_over_time(x[5m])", "mad_over_time", "is experimental"),
    ("holt_winters(x[5m], 1, 1)", "holt_winters", "Prometheus 3 has renamed it"),
    ('rate(x{a="b"})', 'x{a="b"}', 'needs a range; write rate(x{a="b"}[$window])'),
    ("rate(sum(x))", "sum(x)", "take the rate first, then aggregate"),
    ("rate(1)", "1", '"rate" takes a range here, and this is a number'),
    ("sum(x[5m])", "x[5m]", '"sum" takes an instant vector, not a range'),
    ("histogram_quantile(x, 0.9)", "x", "takes a number here, and this is an instant vector"),
    ("topk(x)", "topk(x)", "takes 2 arguments (a number, an instant vector); here is one"),
    ("rate()", "rate()", "takes 1 argument (a range); here are none"),
    ("round(x, 1, 2)", "round(x, 1, 2)", "takes 1 or 2 arguments (an instant vector, a number); here are 3"),
    ('label_join(x, "a")', 'label_join(x, "a")', "takes 3 or more arguments"),
    ("time(x)", "time(x)", "takes no arguments; here is one"),
    ("ceil(x,)", ")", 'a "," too many before this'),
    ("ceil(,x)", ",", 'a "," too many'),
    # matchers
    ('x{a="1" b="2"}', "b", 'a "," is missing before this'),
    ('x{a="1",,b="2"}', ",", 'a "," too many'),
    ("x{code=500}", "500", 'label values need quotes: "500"'),
    ("x{code=abc}", "abc", 'label values need quotes: "abc"'),
    ('x{a=="b"}', "==", 'matchers are written with one "="'),
    ('x{a<"b"}', "<", "expected one of =, !=, =~ and !~"),
    ('x{a="1" or b="2"}', "or", 'matchers cannot be joined by "or"'),
    ('x{a:b="1"}', "a:b", "label names have no colon"),
    ('x{""="1"}', '""', "a label needs a name"),
    ('x{__name__="y"}', "__name__", 'the metric has two names, "x" and "y"'),
    ("{}", "{}", "selects every series there is"),
    ('{a=~".*"}', '{a=~".*"}', "selects every series there is"),
    ('x{a=~"(5.."}', '"(5.."', "invalid regular expression: a ( is not closed"),
    ('x{a="\\d"}', "\\d", 'invalid escape "\\d" in PromQL'),
    ("x{a='\\\"'}", '\\"', "in '...'; write"),
    ('x{a="b}', '"', 'unclosed string; the other " is missing'),
    ("x{a=\u201cb\u201d}", "\u201c", "typographic quote"),
    # operators
    ("x /", "/", "after this, a metric, a function, a number or ( is missing"),
    ("/ x", "/", 'expected a metric, a function, a number or (, not "/"'),
    ("x y", "y", 'expected an operator such as + or and, not "y"'),
    ("x && y", "&", 'PromQL writes "and" for &&'),
    ("x <> y", "<>", "PromQL writes != for <>"),
    ("x = 1", "=", 'expressions are compared with "=="'),
    ('x =~ "a"', "=~", '"=~" belongs into braces'),
    ("1 == 2", "==", 'two numbers are compared with "== bool"'),
    ("x + bool y", "bool", '"bool" follows only comparisons'),
    ("x > on(a) bool y", "bool", '"bool" follows the comparison directly'),
    ("x and 1", "and", '"and" joins instant vectors'),
    ("1 + on(a) x", "+", "labels are matched only between two instant vectors"),
    ("x + group_left(a) y", "group_left", '"group_left" needs on(...) or ignoring(...) before it'),
    ("x and on(a) group_left(b) y", "group_left", '"and" compares sets of labels'),
    ("x * on(a) group_left(a) y", "a", '"a" is in on(...) already'),
    ("x + y[5m]", "y[5m]", '"+" takes no range'),
    ('"a" + x', '"a"', '"+" takes no string'),
    ("-x[5m]", "x[5m]", "a range has no sign"),
    # aggregations
    ("sum x", "x", "aggregations need round brackets: sum(x)"),
    ("sum by a (x)", "a", "expected a list of labels in round brackets"),
    ("sum by (a b) (x)", "b", 'a "," is missing before this'),
    ("sum by (1) (x)", "1", 'expected a label name, not "1"'),
    ("sum by (,) (x)", ",", 'a "," too many'),
    ("sum by (a) (x) by (b)", "by", '"sum" is grouped twice'),
    ("rate by (a) (x[5m])", "by", "only aggregations such as sum are grouped"),
    ("sum by (a)", ")", "after this, what to aggregate, in round brackets, is missing"),
    # durations, offset and @
    ("rate(x[5min])", "5min", 'invalid duration "5min"'),
    ("rate(x[5 m])", "m", "a duration is a single word without spaces"),
    ("rate(x[0s])", "0s", "a duration must be longer than zero"),
    ("rate(x[5m+1m])", "+", "expected a single duration, not a calculation"),
    ("rate(x[])", "]", 'expected a duration such as 5m or $window, not "]"'),
    ("rate(x[300y])", "300y", "this duration is too long"),
    ("rate(x[5m:1m:1m])", ":", 'expected "]", not ":"'),
    ("rate(x offset 1h[5m])", "[5m]", "the range belongs before offset and @"),
    ("(x)[5m]", "[5m]", "only a selector has a range"),
    ("1[5m:1m]", "1", "a subquery needs an instant vector"),
    ("(x) offset 5m", "offset", '"offset" follows a selector or a range'),
    ("x offset 5m offset 5m", "offset", 'duplicate "offset"'),
    ("x @ y", "y", "expected a Unix time, start() or end()"),
    # the rest
    ("rate(x[$__rate_interval])", "$__rate_interval", "write $window, which slo replaces"),
    ("rate(x[$windows])", "$windows", "write $window, which slo replaces"),
    ("rate(x[${window}])", "${window}", "write $window, which slo replaces"),
    ("x > $window", "$window", "$window is a range; write it in square brackets"),
    ("1e999", "1e999", "this number is too large"),
    ("x[" + "9" * 5000 + "s]", "9" * 5000 + "s", "this duration is too long"),
    ("x y" + "y" * 5000, "y" * 5001, 'not "' + "y" * 57 + '..."'),
    ("1_000", "1_000", 'invalid number "1_000"'),
    ("http.requests", ".", "need quotes"),
    ("länge", "ä", "need quotes"),
    ("x\xa0+ y", "\xa0", "not a space for Prometheus"),
    ("x; y", ";", "a query is one expression"),
    ("", "", "the query is empty; name a metric"),
    ("# nothing", "", "the query is empty; name a metric"),
    ("(" * 100 + "x" + ")" * 100, "(", "brackets nested too deeply"),
    ("-" * 5000 + "x", "-", "expression nested too deeply"),
    ("x" + "^x" * 200, "x", "expression nested too deeply"),
    ("x" + " or x" * 5000, "or", "more than 100 operators"),
]


@pytest.mark.parametrize(("text", "part", "message"), MISTAKES, ids=[text[:40] for text, _, _ in MISTAKES])
def test_a_mistake_is_placed_and_explained(text: str, part: str, message: str) -> None:
    """What is wrong and how to repair it, on one line, with the characters that are meant."""
    with pytest.raises(PromqlError) as caught:
        parse_expr(text)
    error = caught.value
    assert message in str(error)
    assert len(str(error).splitlines()) == 1
    assert text[error.start : error.start + error.length] == part


def test_the_place_is_that_of_the_mistake_not_of_the_first_word_like_it() -> None:
    """In a long expression of several lines, too."""
    text = 'sum(\n  rate(x_total{code="200"}[$window])  # fine (\n  + rate(y_total{code="500" job="a"}[$window])\n)'
    with pytest.raises(PromqlError) as caught:
        parse_expr(text)
    assert caught.value.start == text.index("job")


VALID = [
    'sum by (tenant, code) (rate(x_total{code=~"5..|429",path!~`/health\\d`}[$window])) / 2',
    "histogram_quantile(0.9, sum by (le) (rate(x_bucket[5m] offset 1h)))",
    'label_replace(x_total @ end(), "a", "$1", "b", "(.*)") and on(a) (y > bool 0)',
    "max_over_time(rate(x_total{a='b\\'c'}[$window])[1h:1m]) * on(a) group_left(b) topk(3, y)",
    "clamp_min(-x ^ 2 ^ 3 - scalar(y), 0) unless ignoring (a) count_values('v', z) # the end",
    "{__name__=~\"a|b\", c='$window'}",
]
PIECES = [
    *"(){}[],:@.+-*/%^=<>!~\"'`#$\\ \n\té\u2028",
    "$window",
    "5m",
    "1e9",
    " by ",
    " or ",
    "rate(",
    "[5m]",
    '"a"',
    "x",
]


def mutated(text: str, seed: int) -> str:
    """The text with one to four characters or stretches replaced, removed, inserted, doubled or swapped."""
    chance = random.Random(seed)  # noqa: S311 - not a secret
    for _ in range(chance.randint(1, 4)):
        at, length = chance.randrange(len(text) + 1), chance.choice((0, 1, 1, 2, 7))
        piece = chance.choice(("", chance.choice(PIECES), chance.choice(PIECES), text[at : at + length] * 2))
        text = text[:at] + piece + text[at + length :]
    return text


@given(st.sampled_from(VALID), st.integers(0, 2**32))
@example("{__name__=~\"a|b\", c='$window'}", 139)
def test_any_damage_is_a_mistake_with_a_place_or_another_query(text: str, seed: int) -> None:
    """Nothing but PromqlError is raised, its place lies within the text, and what is read is on one line."""
    check(mutated(text, seed))


@given(st.text(st.sampled_from("x(){}[],=~!\"'`\\$:@ \n5m.e-+#") | st.characters(exclude_categories=["Cs"])))
@example("\x00")
@example("x{a='\\")
@example("x[\x85]")
def test_any_text_is_a_mistake_with_a_place_or_a_query(text: str) -> None:
    """Whatever somebody types."""
    check(text)


def check(text: str) -> None:
    """Read a text and hold what comes out."""
    query = query_or_error(text)
    if isinstance(query, PromqlError):
        assert 0 <= query.start <= query.start + query.length <= len(text)
        return
    assert len(str(query).splitlines()) == 1
    assert parse_query(str(query)) == query
    if isinstance(query, Expression):
        outside_strings = re.sub(r'"(?:[^"\\]|\\.)*"', '""', str(parse_query(query.over("5m"))))
        assert "$window" not in outside_strings


def query_or_error(text: str) -> Query | PromqlError:
    """What reading a text comes to."""
    try:
        return parse_query(text)
    except PromqlError as error:
        return error


@given(st.sampled_from(VALID), st.integers(0, 2**32))
def test_the_words_of_a_text_are_the_text(text: str, seed: int) -> None:
    """Nothing is lost and nothing added, and each word stands where it says."""
    text = mutated(text, seed)
    words = tokens(text)
    assert "".join(word.text for word in words) == text
    assert all(text.startswith(word.text, word.start) for word in words)
