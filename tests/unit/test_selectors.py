"""Selectors that the SLI kinds share: their check, and series that they match."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from slo.diagnostics import Place
from slo.promql import Selector, parse_selector
from slo.query import check_selector
from slo.query.series import example, reads

PLACE = Place("slos.yaml", ("slos", 0))


def codes(text: str) -> list[str]:
    """The codes of what is found in a selector."""
    return [found.code for found in check_selector(text, PLACE)]


def test_a_sound_selector_has_no_finding() -> None:
    """A name, with or without matchers."""
    assert codes('requests_total{code=~"5.."}') == []
    assert codes('{__name__=~"a|b"}') == []


def test_a_selector_that_does_not_parse_is_placed() -> None:
    """The finding says why, at the place of the selector."""
    (found,) = check_selector('requests_total{code="', PLACE)
    assert found.code == "SLO040"
    assert found.place == PLACE.within(20, 1)
    assert found.message == 'unclosed string; the other " is missing'


def test_a_selector_names_a_metric() -> None:
    """Matchers alone would read every metric of the server."""
    assert codes('{job="api"}') == ["SLO045"]


@pytest.mark.parametrize(
    ("inside", "without"),
    [
        (["x_total"], []),
        (['x_total{code=~"5.."}'], []),
        (["x_total"], ['x_total{code=~"5.."}']),
        (['x_total{code!~"5.."}'], ['x_total{code=~"4.."}']),
        (['x_total{route=~"/a|/b/{id}"}', 'x_total{route=~"/a|/b/{id}",code=~"5.."}'], []),
        (['x_total{code!="200"}'], ['x_total{code="x"}']),
        (['x_total{code=~"[45].."}'], ['x_total{code=~"4.."}']),
        (['x_total{code=~"5\\\\d\\\\d"}'], []),
        (['x_total{path=~".+"}'], ["x_total{path='/'}"]),
        (["x_total"], ["y_total"]),
        (['{__name__=~"x_total|y_total"}'], []),
        (['{__name__=~"x_total|y_total"}'], ['{__name__="x_total"}']),
        (['{"x.total"}'], ['{"x.total", code="500"}']),
        (['x_bucket{le=~"250(\\\\.0+)?"}'], []),
        (['x_total{a=~"/v[0-9]+(/users)?(/.*)?", a!~"/v0.*", a!="/v9"}'], []),
        (['x_total{a=~"\\\\pL+"}'], []),
        (['x_total{a=~"(?i:GET){7}z"}'], []),
        (['x_total{a=~"[[:alpha:]]+"}'], []),
        (["x_total{a=~'(a+)+b',a!='" + "a" * 64 + "'}"], []),
        (["x_total{a=~'(a|aa)*b',a!='" + "a" * 64 + "'}"], []),
        (['x_total{a!=""}'], ["x_total{a=~'(a|aa)*b?'}"]),
    ],
)
def test_examples_are_matched_by_what_they_are_made_for(inside: list[str], without: list[str]) -> None:
    """A series that is inside of some selectors and outside of others, as the selectors themselves see it."""
    series = example([parse_selector(text) for text in inside], [parse_selector(text) for text in without])
    assert series is not None
    assert all(reads(parse_selector(text), series) for text in inside)
    assert not any(reads(parse_selector(text), series) for text in without)


@pytest.mark.parametrize(
    ("inside", "without"),
    [
        (["x_total"], ["x_total"]),
        (["x_total", "y_total"], []),
        (['x_total{a="1"}', 'x_total{a="2"}'], []),
        (['x_total{a=~"\\\\p{Greek}+"}'], []),
        (["x_total{" + (many := ",".join(f"l{n}=~'a|b|c|d|e|f'" for n in range(20))) + "}"], ["x_total{" + many + "}"]),
    ],
)
def test_where_no_series_is_found_there_is_none(inside: list[str], without: list[str]) -> None:
    """Contradictions, several metrics, classes that Prometheus alone knows, too many choices: no guess."""
    assert example([parse_selector(text) for text in inside], [parse_selector(text) for text in without]) is None


@given(st.text(st.characters(exclude_categories=["Cs"]), min_size=1))
def test_any_label_value_can_be_an_example(value: str) -> None:
    """The series names the label value exactly, whatever it contains."""
    selector = Selector("x_total", parse_selector("x_total{a='1'}").matchers)
    selector = Selector("x_total", (type(selector.matchers[0])("a", "=", value),))
    series = example((selector,))
    assert series is not None
    assert parse_selector(series) == selector


def test_a_selector_reads_series_of_its_metric_alone() -> None:
    """Name and labels count, an absent label is empty, and what cannot be tried is taken to match."""
    series = 'x_total{a="1"}'
    assert reads(parse_selector('x_total{a="1",b=""}'), series)
    assert reads(parse_selector('{__name__=~"x_.*"}'), series)
    assert not reads(parse_selector("y_total"), series)
    assert not reads(parse_selector('x_total{b!=""}'), series)
    assert reads(parse_selector('x_total{a=~"\\\\pN"}'), series)
    with pytest.raises(re.error):
        re.compile(r"\pN")
