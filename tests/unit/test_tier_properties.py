"""What holds for the alert tiers of every window, objective and policy, worked out a second time from the tables."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction
from itertools import combinations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from slo.burnrate import Tier, tiers
from slo.diagnostics import Place
from slo.errors import CompileError
from slo.model import PolicyTable
from slo.promql import duration
from slo.resolve.findings import Findings
from slo.resolve.policies import policies
from slo.schema.spec import PolicySpec, TierSpec
from tests.specimens import DAY, objective

MINUTE, HOUR = 60, 3600
RUNGS = [m * MINUTE for m in (5, 10, 15, 30)] + [h * HOUR for h in (1, 2, 3, 6, 12)] + [DAY, 3 * DAY]
NAMES = ["page-fast", "page-slow", "ticket-fast", "ticket-slow"]
REACH = [Fraction(4, 5), Fraction(3, 5), Fraction(2, 5), Fraction(1, 5)]

# Days of the SLO window -> share of the budget in %, long window, short window of each tier, as the language has them.
Row = tuple[Fraction, int, int]
ONE: list[Row] = [
    (Fraction(25), HOUR, 5 * MINUTE),
    (Fraction(30), 2 * HOUR, 10 * MINUTE),
    (Fraction(40), 6 * HOUR, 30 * MINUTE),
    (Fraction(50), 12 * HOUR, HOUR),
]
SEVEN: list[Row] = [
    (Fraction(8), HOUR, 5 * MINUTE),
    (Fraction(25, 2), 6 * HOUR, 30 * MINUTE),
    (Fraction(20), DAY, 2 * HOUR),
    (Fraction(300, 7), 3 * DAY, 6 * HOUR),
]
LONG: list[Row] = [
    (Fraction(2), HOUR, 5 * MINUTE),
    (Fraction(5), 6 * HOUR, 30 * MINUTE),
    (Fraction(10), DAY, 2 * HOUR),
    (Fraction(10), 3 * DAY, 6 * HOUR),
]

DAYS = st.integers(1, 400)
OBJECTIVES = st.decimals("0.000001", "0.999999", places=6)
HIGH = Decimal("0.99999")
"""So small a budget that no tier is out of reach at any window."""


def expected(days: int) -> list[Row]:
    """Share of the budget, long and short window of each tier: linear between two tables, windows rounded up."""
    low, high, below, above = (1, 7, ONE, SEVEN) if days < 7 else (7, 28, SEVEN, LONG)
    part = Fraction(min(days, 28) - low, high - low)
    rows = []
    for (share, long, short), (share_above, long_above, short_above) in zip(below, above, strict=True):
        rows.append(
            (
                (share + (share_above - share) * part) / 100,
                rung(long + (long_above - long) * part),
                rung(short + (short_above - short) * part),
            )
        )
    return rows


def rung(seconds: Fraction) -> int:
    """The shortest window of alerts that is not shorter."""
    return min(rung for rung in RUNGS if rung >= seconds)


def made(days: int, share: Decimal = HIGH, table: PolicyTable = ()) -> tuple[Tier, ...]:
    """The tiers of an SLO."""
    return tiers(objective(window=days * DAY, objective=share, table=table))


def test_shares_are_linear_and_windows_on_the_ladder_for_every_window() -> None:
    """Each of the 400 windows has the shares and pairs that the language says, and spends them, four places aside."""
    for days in range(1, 401):
        tiers_made = made(days)
        assert [tier.name for tier in tiers_made] == NAMES
        for tier, (share, long, short) in zip(tiers_made, expected(days), strict=True):
            assert (tier.long, tier.short) == (long, short), days
            wanted = share * days * DAY / long
            assert tier.wanted == tier.burn or (tier.burn == 1 and wanted < 1)
            assert 0 <= wanted - Fraction(tier.wanted) < Fraction(1, 10_000), days


@given(DAYS, OBJECTIVES)
def test_every_tier_is_sensible(days: int, share: Decimal) -> None:
    """No burn rate is below 1, no threshold reaches 1, none rises with the window, and each window is on the ladder."""
    holds(made(days, share), share)


def holds(tiers_made: tuple[Tier, ...], share: Decimal) -> None:
    """What every table of tiers must fulfil."""
    budget = 1 - share
    for tier in tiers_made:
        assert tier.burn >= 1
        assert tier.threshold == tier.burn * budget < 1
        assert {tier.long, tier.short} <= set(RUNGS)
        assert tier.short < tier.long
        assert tier.lowered == (tier.burn < tier.wanted)
    for fast, slow in combinations(sorted(tiers_made, key=lambda tier: tier.long), 2):
        assert fast.long == slow.long or fast.threshold >= slow.threshold


@given(DAYS, OBJECTIVES)
def test_the_budget_spent_is_as_stated(days: int, share: Decimal) -> None:
    """A constant error ratio at the threshold spends the stated share of the budget within the long window."""
    for tier in made(days, share):
        spent = Fraction(tier.threshold) * tier.long / (Fraction(1 - share) * days * DAY)
        assert tier.budget == spent
        assert spent <= 1


@given(DAYS, OBJECTIVES)
def test_unreachable_tiers_are_lowered_to_their_reach(days: int, share: Decimal) -> None:
    """A burn rate is the lower one of what the policy wants and what 80, 60, 40, 20 % bad events make, at least 1."""
    budget = Fraction(1 - share)
    for tier, (part, long, _), reach in zip(made(days, share), expected(days), REACH, strict=True):
        exact = max(Fraction(1), min(part * days * DAY / long, reach / budget))
        assert 0 <= exact - Fraction(tier.burn) < Fraction(1, 10_000)


@given(DAYS, st.integers(1, 99), OBJECTIVES)
def test_what_trips_a_fast_tier_trips_the_slower_ones(days: int, percent: int, share: Decimal) -> None:
    """Errors that are enough for a page, and go on, are enough for a ticket, too."""
    caught = [tier.detection_seconds(percent / 100) is not None for tier in made(days, share)]
    assert caught == sorted(caught)


@st.composite
def tables(draw: st.DrawFn) -> dict[str, PolicySpec]:
    """A policy of a file as somebody might write it: from fast to slow, with burn rates that do not rise."""
    longs = sorted(draw(st.lists(st.sampled_from(RUNGS[1:]), min_size=1, max_size=5)))
    drawn = draw(st.lists(st.integers(1, 500_000), min_size=len(longs), max_size=len(longs)))
    rows = []
    for number, (long, millionths) in enumerate(zip(longs, sorted(drawn, reverse=True), strict=True)):
        percent = min(Decimal(100), Decimal(millionths * (long // RUNGS[0])) / 10_000)
        short = draw(st.sampled_from([rung for rung in RUNGS if rung < long]))
        rows.append(TierSpec(f"tier-{number}", "page", f"{percent:f}%", duration(long), duration(short)))
    return {"mine": PolicySpec(tuple(rows))}


POLICIES = {
    "one tier": ([("2%", "1h", "5m")], True),
    "from fast to slow": ([("2%", "1h", "5m"), ("12%", "6h", "30m")], True),
    "two of one length": ([("2%", "1h", "5m"), ("5%", "1h", "15m"), ("12%", "6h", "30m")], True),
    "from slow to fast": ([("5%", "6h", "30m"), ("2%", "1h", "5m")], False),
    "a burn rate that rises": ([("2%", "1h", "5m"), ("12.1%", "6h", "30m")], False),
    "a burn rate above the first of three": ([("2%", "1h", "5m"), ("5%", "1h", "15m"), ("13%", "6h", "30m")], False),
}


@pytest.mark.parametrize(("rows", "fine"), POLICIES.values(), ids=POLICIES)
def test_tiers_of_a_policy_are_ordered(rows: list[tuple[str, str, str]], fine: bool) -> None:  # noqa: FBT001 - a case
    """A slower tier that needs more errors than a faster one adds nothing, and is refused."""
    named = (TierSpec(f"tier-{n}", "page", share, long, short) for n, (share, long, short) in enumerate(rows))
    assert (resolved({"mine": PolicySpec(tuple(named))}) is not None) == fine


def resolved(specs: dict[str, PolicySpec]) -> PolicyTable | None:
    """The table of the policy, or None where it is refused."""
    findings = Findings()
    made_of_it = policies(specs, Place("slos.yaml"), findings)
    try:
        findings.stop_if_any()
    except CompileError:
        return None
    return made_of_it["mine"]


@given(tables(), DAYS, OBJECTIVES)
@settings(max_examples=200)
def test_policies_of_a_file_are_sensible_too(specs: dict[str, PolicySpec], days: int, share: Decimal) -> None:
    """Whatever ordered table somebody writes, its tiers hold what those of the built-in one do."""
    table = resolved(specs)
    assert table is not None
    holds(made(days, share, table), share)
