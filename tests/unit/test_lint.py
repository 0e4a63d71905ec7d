"""Findings about plans that compile: each is there where it must be, and not one step before."""

from __future__ import annotations

from decimal import Decimal

import pytest

from slo.lint import lint, percent
from slo.model import Scale, Slo
from slo.plan import plan
from tests.specimens import objective, slo_set


def codes(*slos: Slo, shards: int = 1) -> list[str]:
    """The codes of what is found in a set."""
    return [found.code for found in lint(plan(slo_set(*slos, shards=shards), Scale()))]


def test_an_ordinary_slo_has_no_finding() -> None:
    """99.9 % over 30 days, with enough traffic."""
    assert codes(objective(traffic=Decimal(1))) == []


@pytest.mark.parametrize(("share", "findings"), [("0.5", 0), ("0.4999", 1)])
def test_an_objective_below_one_half_is_suspicious(share: str, findings: int) -> None:
    """Most events may fail."""
    assert codes(objective(objective=Decimal(share))).count("SLO033") == findings


def test_a_disabled_tier_is_not_said_to_be_lowered() -> None:
    """What does not exist needs no finding."""
    assert codes(objective(objective=Decimal("0.9"))) == ["SLO060"]
    assert codes(objective(objective=Decimal("0.9"), disable=("page-fast",))) == []


# Over 30 days of 99.9 % a traffic of 1/2592 per second is 1000 events, and one bad one of them is the budget.
@pytest.mark.parametrize(("traffic", "found"), [(Decimal(1) / 2591, []), (Decimal(1) / 2593, ["SLO064"])])
def test_a_budget_of_less_than_one_event_is_found(traffic: Decimal, found: list[str]) -> None:
    """One event is a budget, less is none."""
    assert codes(objective(traffic=traffic)) == found


@pytest.mark.parametrize(("number", "shards", "found"), [(200, 1, []), (201, 1, ["SLO034"]), (201, 2, [])])
def test_large_groups_are_found(number: int, shards: int, found: list[str]) -> None:
    """Two hundred SLOs for each group are fine."""
    assert codes(*(objective(f"s{n}") for n in range(number)), shards=shards) == found


def test_shares_are_percentages() -> None:
    """Exact for decimals, whatever their exponent."""
    assert [percent(Decimal(share)) for share in ("0.999", "0.5", "1E-7", "0.1")] == ["99.9%", "50%", "0.00001%", "10%"]
