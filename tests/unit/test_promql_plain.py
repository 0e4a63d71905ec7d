"""The quick reader of plain selectors against the parser of PromQL."""

import promql_parser
import pytest
from hypothesis import given
from hypothesis import strategies as st

from slo.promql import parse_expr as slowly
from slo.promql.plain import plain_selector

OPERATORS = {"MatchOp.Equal": "=", "MatchOp.NotEqual": "!=", "MatchOp.Re": "=~", "MatchOp.NotRe": "!~"}
LABELS = st.from_regex(r"[a-z_][a-z_0-9]{0,6}", fullmatch=True)
VALUES = st.one_of(st.text("abz059 ./:@%-|*+?()[]{}\\\"'`~#\n", max_size=8), st.text("ab|.*+?()[]-0^", max_size=8))
MATCHERS = st.builds(
    '{}{}{}"{}"'.format, LABELS, st.sampled_from(["=", "!=", "=~", "!~"]), st.sampled_from(["", " "]), VALUES
)
TEXTS = st.builds(
    lambda name, matchers, comma: f"{name}{{{comma.join(matchers)}}}",
    st.from_regex(r"[a-z_:][a-z_0-9:]{0,8}", fullmatch=True),
    st.lists(MATCHERS, max_size=3),
    st.sampled_from([",", ", ", ",,", " "]),
)


@given(TEXTS)
def test_what_is_read_quickly_is_what_the_parser_reads(text: str) -> None:
    """Whatever the quick reader takes means the same to the parser; what it leaves is the parser's."""
    quick = plain_selector(text)
    if quick is not None:
        tree = promql_parser.parse(text)
        assert isinstance(tree, promql_parser.VectorSelector)
        assert quick.name == tree.name
        read = [(m.name, OPERATORS[str(m.op)], m.value) for m in tree.matchers.matchers]
        assert [(m.label, m.op, m.value) for m in quick.matchers] == read
        assert slowly(text).whole == quick


@pytest.mark.parametrize(
    "text",
    [
        "http_requests_total",
        'http_requests_total{job="api"}',
        'http_requests_total{job="api", route="/r1", status=~"5..|429"}',
        'up_total{le!="+Inf"}'.replace("+", ""),
        'x_total{a=""}',
    ],
)
def test_common_selectors_are_read_quickly(text: str) -> None:
    """The common case does take the quick way."""
    assert plain_selector(text) is not None


@pytest.mark.parametrize(
    "text",
    [
        'x_total{a="b"',
        "rate(x_total[5m])",
        'x_total{a="\\n"}',
        'x_total{a=~"("}',
        'x_total{__name__="y"}',
        "sum",
        'x_total{a="b",}',
    ],
)
def test_the_rest_is_left_to_the_parser(text: str) -> None:
    """Mistakes, expressions, escapes, real regular expressions, names that are words of PromQL."""
    assert plain_selector(text) is None
