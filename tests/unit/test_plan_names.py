"""Names of shards and alerts."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from slo.model import Scale
from slo.plan import names, plan
from tests.specimens import objective, slo_set

NAMES = st.from_regex(r"[a-z][a-z0-9-]{0,20}", fullmatch=True)


@given(st.sets(NAMES, min_size=2, max_size=12), st.integers(1, 7))
def test_slos_come_and_go_without_moving_others(members: set[str], shards: int) -> None:
    """The shard of an SLO depends on its own name and the number of shards alone."""
    everyone = sorted(members)
    before = plan(slo_set(*map(objective, everyone), shards=shards), Scale())
    after = plan(slo_set(*map(objective, reversed(everyone[1:])), shards=shards), Scale())
    places = {p.slo.name: p.shard for p in before.slos}
    assert {p.slo.name: p.shard for p in after.slos} == {name: places[name] for name in everyone[1:]}


def test_the_shard_of_a_name_never_changes() -> None:
    """These values stand in the labels of recorded history: another hash would cut it."""
    shards = {name: names.shard_of("set", 8, objective(name)) for name in ("api", "checkout-availability", "x")}
    assert shards == {"api": "set-4", "checkout-availability": "set-1", "x": "set-0"}


def test_shards_are_named_after_the_set() -> None:
    """Two sets have no shard in common, whatever their SLOs are called."""
    assert names.shard_of("a", 1, objective()) == "a-0"
    assert names.shard_of("b", 1, objective()) == "b-0"


@pytest.mark.parametrize(
    ("service", "name", "alert"),
    [
        ("web-shop", "checkout-99-latency", "WebShopCheckout99LatencyNoData"),
        ("a", "b", "ABNoData"),
        ("x", "a-1b", "XA1bNoData"),
        ("x-", "a--b-", "XABNoData"),
    ],
)
def test_alert_names_are_camel_case(service: str, name: str, alert: str) -> None:
    """Service, SLO, and what happened."""
    assert names.alert_name(objective(name, service=service), "NoData") == alert
