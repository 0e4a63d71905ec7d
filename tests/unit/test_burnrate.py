"""Burn rates: what a policy demands for each window and objective."""

from decimal import Decimal
from fractions import Fraction
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from slo.burnrate import LADDER, POLICIES, policy_for, tiers
from slo.promql import duration
from slo.times import DAY, HOUR, MINUTE
from tests.specimens import objective

WINDOWS = st.integers(1, 400).map(lambda days: days * DAY)
OBJECTIVES = st.decimals("0.0001", "0.999999", places=6)

# window in days -> (burn rate, long, short, share of the budget in %) of page-fast, page-slow, ticket-fast, ticket-slow
TABLES = {
    1: [("6", "1h/5m", 25), ("3.6", "2h/10m", 30), ("1.6", "6h/30m", 40), ("1", "12h/1h", 50)],
    7: [("13.44", "1h/5m", 8), ("3.5", "6h/30m", 12.5), ("1.4", "1d/2h", 20), ("1", "3d/6h", 42.86)],
    14: [("20.16", "1h/5m", 6), ("5.6", "6h/30m", 10), ("2.3333", "1d/2h", 16.67), ("1.4888", "3d/6h", 31.9)],
    28: [("13.44", "1h/5m", 2), ("5.6", "6h/30m", 5), ("2.8", "1d/2h", 10), ("1", "3d/6h", 10.71)],
    30: [("14.4", "1h/5m", 2), ("6", "6h/30m", 5), ("3", "1d/2h", 10), ("1", "3d/6h", 10)],
    90: [("43.2", "1h/5m", 2), ("18", "6h/30m", 5), ("9", "1d/2h", 10), ("3", "3d/6h", 10)],
    365: [("175.2", "1h/5m", 2), ("73", "6h/30m", 5), ("36.5", "1d/2h", 10), ("12.1666", "3d/6h", 10)],
}


def shown(days: int) -> list[tuple[str, str, float]]:
    """The tiers of a window as the table above prints them."""
    # An objective so high that every threshold is within reach.
    made = tiers(objective(window=days * DAY, objective=Decimal("0.9999")))
    return [(f"{t.burn:f}", f"{duration(t.long)}/{duration(t.short)}", round(float(t.budget * 100), 2)) for t in made]


@pytest.mark.parametrize("days", TABLES)
def test_the_tables_are_those_of_the_workbook_and_its_kin(days: int) -> None:
    """Each window has the burn rates, window pairs and budget shares that the documentation prints."""
    assert shown(days) == TABLES[days]


@pytest.mark.parametrize("days", TABLES)
def test_the_documentation_prints_the_tables(days: int, root: Path, *, update_golden: bool) -> None:
    """docs/burn-rates.md holds the table of each window as the compiler uses it."""
    page = root / "docs" / "burn-rates.md"
    text = page.read_text(encoding="utf-8")
    title = f"## {days} {'day' if days == 1 else 'days'}\n"
    if update_golden:
        before, _, rest = text.partition(title)
        _, mark, after = rest.partition("\n## ")
        text = before + title + "\n" + table(days) + (mark + after if mark else "")
        page.write_text(text, encoding="utf-8")
    assert title + "\n" + table(days) in text


def table(days: int) -> str:
    """A window's tiers as a table of the documentation."""
    rows = [
        f"| `{t.name}` | {t.severity} | {t.burn:f} | {duration(t.long)} / {duration(t.short)} "
        f"| {float(t.budget * 100):.4g} % | {t.threshold:f} | {spelled(t.detection_seconds(1))} |"
        for t in tiers(objective(window=days * DAY, objective=Decimal("0.999")))
    ]
    head = "| tier | severity | burn rate | long / short window | budget spent | limit at 99.9 % | total outage |"
    return "\n".join([head, "|---|---|---|---|---|---|---|", *rows]) + "\n"


def spelled(seconds: float | None) -> str:
    """A time to detection for people."""
    assert seconds is not None
    return f"{seconds:.3g} s" if seconds < 60 else f"{seconds / 60:.3g} min"


@given(WINDOWS, OBJECTIVES)
def test_a_total_outage_trips_every_tier(window: int, share: Decimal) -> None:
    """No threshold is out of reach, none is below the budget itself, and none rises along the tiers."""
    made = tiers(objective(window=window, objective=share))
    assert [t.name for t in made] == ["page-fast", "page-slow", "ticket-fast", "ticket-slow"]
    thresholds = [t.threshold for t in made]
    assert thresholds == sorted(thresholds, reverse=True)
    for tier in made:
        assert tier.burn >= 1
        assert tier.threshold == tier.burn * (1 - share) < 1
        assert tier.detection_seconds(1) is not None


@given(WINDOWS, OBJECTIVES)
def test_the_budget_spent_is_burn_rate_times_long_window(window: int, share: Decimal) -> None:
    """What a tier says about the budget spent when it fires follows from its burn rate, whatever that was made of."""
    for tier in tiers(objective(window=window, objective=share)):
        assert tier.budget == Fraction(tier.burn) * tier.long / window


@given(WINDOWS, OBJECTIVES)
def test_windows_of_alerts_can_be_tiled(window: int, share: Decimal) -> None:
    """Alert windows come from the ladder, the short one below the long one, both within the SLO's own window."""
    for tier in tiers(objective(window=window, objective=share)):
        assert {tier.long, tier.short} <= set(LADDER)
        assert tier.short < tier.long <= window


@given(WINDOWS)
def test_a_burn_rate_within_reach_spends_what_the_policy_says(window: int) -> None:
    """A tier that was neither lowered nor raised to 1 spends the policy's share, rounding down at four places aside."""
    slo = objective(window=window, objective=Decimal("0.9999"))
    for tier, rule in zip(tiers(slo), policy_for(POLICIES["workbook"], window), strict=True):
        if tier.burn > 1 and not tier.lowered:
            assert 0 <= rule.budget - tier.budget < Fraction(1, 10_000) * rule.long / window


def test_thresholds_are_exact_decimals() -> None:
    """99.9 % at 14.4 is 0.0144, not 0.014399999999999999."""
    assert [f"{t.threshold.normalize():f}" for t in tiers(objective())] == ["0.0144", "0.006", "0.003", "0.001"]


@pytest.mark.parametrize(
    ("share", "burns"), [("0.9", "8 6 3 1"), ("0.8", "4 3 2 1"), ("0.9445", "14.4 6 3 1"), ("0.05", "1 1 1 1")]
)
def test_tiers_out_of_reach_are_lowered(share: str, burns: str) -> None:
    """A burn rate that would need more than 80, 60, 40, 20 % bad events is lowered to that, never below 1."""
    assert [f"{t.burn:f}" for t in tiers(objective(objective=Decimal(share)))] == burns.split()


def test_a_lowered_tier_says_so() -> None:
    """The finding about lowered tiers rests on this mark; a burn rate that is 1 anyway does not carry it."""
    for share in ("0.8", "0.05"):
        assert [t.lowered for t in tiers(objective(objective=Decimal(share)))] == [True, True, True, False]
    assert not any(t.lowered for t in tiers(objective(window=28 * DAY)))


def test_disabled_tiers_are_left_out() -> None:
    """Leaving a tier out does not change the others."""
    kept = tiers(objective(disable=("page-slow", "ticket-slow")))
    assert [t.name for t in kept] == ["page-fast", "ticket-fast"]
    assert kept == tuple(t for t in tiers(objective()) if t in kept)


def test_windows_outside_the_tables_take_the_nearest() -> None:
    """Less than a day is as a day, more than four weeks as four weeks."""
    table = POLICIES["workbook"]
    assert policy_for(table, DAY // 2) == policy_for(table, DAY) == table[0][1]
    assert policy_for(table, 28 * DAY) == policy_for(table, 400 * DAY) == table[-1][1]


def test_between_two_tables_shares_are_in_proportion() -> None:
    """Four days are half way from one day to seven: shares in the middle, windows rounded up on the ladder."""
    rules = policy_for(POLICIES["workbook"], 4 * DAY)
    assert [r.budget for r in rules] == [Fraction(33, 200), Fraction(17, 80), Fraction(3, 10), Fraction(13, 28)]
    assert [(r.long, r.short) for r in rules] == [
        (HOUR, 5 * MINUTE),
        (6 * HOUR, 30 * MINUTE),
        (DAY, 2 * HOUR),
        (3 * DAY, 6 * HOUR),
    ]


def test_detection_takes_the_share_of_the_long_window_that_has_to_be_bad() -> None:
    """99.9 % over 30 days: an outage pages after 51.84 s; errors that stay below the threshold never do."""
    fast = tiers(objective())[0]
    assert fast.detection_seconds(1) == pytest.approx(51.84)
    assert fast.detection_seconds(0.15) == pytest.approx(345.6)
    assert fast.detection_seconds(0.0144) is None
