"""Matchers that pick some SLOs of a shard: exactly those, each once, with as few selectors as there can be."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from slo.model import Slo
from slo.plan.matchers import names_of, pick
from tests.specimens import objective

NAMES = ("a", "b", "a-b", "c")
SLOS = {(service, name): objective(name, service=service) for service in ("x", "y", "y-x") for name in NAMES}
MATCHER = re.compile(r'(\w+)(=~?)"([^"]*)"')


def matched(which: str, slo: Slo) -> bool:
    """Whether Prometheus would select the series of an SLO."""
    labels = {"shard": "s-0", "service": slo.service, "slo": slo.name}
    found = MATCHER.findall(which)
    assert ",".join(f'{label}{operator}"{value}"' for label, operator, value in found) == which
    return all(
        re.fullmatch(value, labels[label]) is not None if operator == "=~" else labels[label] == value
        for label, operator, value in found
    )


@given(st.sets(st.sampled_from(sorted(SLOS)), min_size=1).flatmap(lambda k: st.tuples(st.just(k), st.data())))
def test_every_wanted_slo_is_selected_once_and_no_other(drawn: tuple[set[tuple[str, str]], st.DataObject]) -> None:
    """Whatever services and names the SLOs of a shard have."""
    known, data = drawn
    wanted = data.draw(st.sets(st.sampled_from(sorted(known)), min_size=1))
    parts = pick("s-0", [SLOS[pair] for pair in wanted], names_of(SLOS[pair] for pair in known))
    for pair in known:
        assert sum(matched(which, SLOS[pair]) for which in parts) == (pair in wanted)


@pytest.mark.parametrize(
    ("wanted", "known", "parts"),
    [
        ("xa xb", "xa xb", ['shard="s-0"']),
        ("xa xb", "xa xb ya", ['shard="s-0",service="x"']),
        ("xa xb ya", "xa xb ya za", ['shard="s-0",service=~"x|y"']),
        ("xa", "xa xb", ['shard="s-0",service="x",slo="a"']),
        ("xa ya", "xa xb ya yb", ['shard="s-0",service=~"x|y",slo="a"']),
        ("xa yb", "xa xb ya yb", ['shard="s-0",service="x",slo="a"', 'shard="s-0",service="y",slo="b"']),
        ("xa ya zb", "xa xb ya yb za zb", ['shard="s-0",service="z",slo="b"', 'shard="s-0",service=~"x|y",slo="a"']),
    ],
)
def test_few_selectors_are_enough(wanted: str, known: str, parts: list[str]) -> None:
    """The whole shard, whole services, names within services; several only where one would select too much."""
    slos = {pair: objective(pair[1], service=pair[0]) for pair in known.split()}
    assert pick("s-0", [slos[pair] for pair in wanted.split()], names_of(slos.values())) == parts
