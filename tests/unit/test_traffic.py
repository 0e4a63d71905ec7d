"""Traffic: how many failures trip a tier, how soon, and how often chance does."""

from __future__ import annotations

from decimal import Decimal
from itertools import pairwise
from pathlib import Path
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from slo import traffic
from slo.burnrate import Tier, tiers
from slo.explain import units
from slo.times import HOUR
from slo.traffic import MONTH, TOLERABLE
from tests.specimens import objective

BUDGET = Decimal("0.001")
RATES = st.decimals("0.00001", "1000", places=5)
SHARES = st.sampled_from(["0.5", "0.9", "0.99", "0.999", "0.9999"]).map(Decimal)


def tier(name: str = "page-fast") -> Tier:
    """One tier of 99.9 % over 30 days."""
    return next(t for t in tiers(objective()) if t.name == name)


@pytest.mark.parametrize(
    ("per_second", "least", "errors"),
    [("0.5", 2, 26), ("0.5", 30, 30), ("0.001", 2, 2), ("0.001", 1, 1), ("125", 2, 6481), ("0.019", 1, 1)],
)
def test_errors_to_fire(per_second: str, least: int, errors: int) -> None:
    """More than 0.0144 of an hour's events, so 6481 where 6480 are the limit, and never fewer than asked for."""
    assert traffic.errors_to_fire(tier(), Decimal(per_second), least) == errors


def test_seconds_to_fire_without_traffic() -> None:
    """Without traffic time follows from the shares alone."""
    assert traffic.seconds_to_fire(tier(), None, 2, 1.0) == pytest.approx(51.84)
    assert traffic.seconds_to_fire(tier(), None, 2, 0.0144) is None


def test_seconds_to_fire_with_traffic() -> None:
    """It takes as long as the wanted failures take to happen: 26 at 0.05 a second are there after 520 seconds."""
    assert traffic.seconds_to_fire(tier(), Decimal("0.5"), 2, 0.1) == pytest.approx(520)
    assert traffic.seconds_to_fire(tier(), Decimal("0.5"), 2, 0.01) is None


def test_too_few_events_never_fire() -> None:
    """Two failures in an hour are not to be had from one event an hour; the slower tier waits six hours."""
    hourly = Decimal(1) / HOUR
    assert traffic.seconds_to_fire(tier(), hourly, 2, 1.0) is None
    assert traffic.seconds_to_fire(tier("page-slow"), hourly, 2, 1.0) == pytest.approx(2 * HOUR)


@given(RATES, st.integers(2, 50), st.floats(0.002, 1))
def test_time_and_errors_agree(per_second: Decimal, least: int, ratio: float) -> None:
    """When the tier fires, so many events were bad as it needs, all of them in its long window."""
    for each in tiers(objective()):
        seconds = traffic.seconds_to_fire(each, per_second, least, ratio)
        if seconds is not None:
            assert seconds <= each.long
            assert seconds * float(per_second) * ratio == pytest.approx(traffic.errors_to_fire(each, per_second, least))


def test_harmless_from() -> None:
    """One failure of 69 is above 0.0144, one of 70 is not."""
    assert 69 < traffic.harmless_from(tier()) < 70
    assert 138 < traffic.harmless_from(tier(), failures=2) < 139


@given(RATES)
def test_harmless_traffic_needs_more_failures(per_second: Decimal) -> None:
    """From that many events on two failures are needed where one alone would do, without any other rule."""
    for each in tiers(objective()):
        harmless = per_second * each.long >= traffic.harmless_from(each)
        assert (traffic.errors_to_fire(each, per_second, least=1) > 1) == harmless


def raised(each: Tier, per_second: float, needed: int, months: int) -> float:
    """The share of simulated months in which so many independent failures fell into one long window."""
    dice = Random(f"{each.name} {per_second} {needed}")  # noqa: S311 - failures, not a secret
    count = 0
    for _ in range(months):
        times: list[float] = []
        now = -float(each.long)
        while (now := now + dice.expovariate(per_second * float(BUDGET))) < MONTH:
            times.append(now)
        starts = times[: len(times) - needed + 1]
        ends = times[needed - 1 :]
        count += any(end >= 0 and end - start < each.long for start, end in zip(starts, ends, strict=True))
    return count / months


@pytest.mark.parametrize(
    ("name", "per_second", "needed"),
    [
        ("page-fast", 0.01, 2),
        ("page-fast", 0.01, 3),
        ("page-fast", 0.1, 6),
        ("page-slow", 0.01, 4),
        ("page-slow", 0.02, 5),
    ],
)
def test_chance_is_an_upper_bound(name: str, per_second: float, needed: int) -> None:
    """A simulated SLO that just meets its objective is not above the chance told, and not far below it."""
    told = traffic.chance(tier(name), BUDGET, Decimal(str(per_second)), needed)
    seen = raised(tier(name), per_second, needed, months=1500)
    noise = 3 * (max(seen, told) / 1500) ** 0.5
    assert seen <= told + noise
    assert seen >= told / 2 - noise


def test_chance_of_a_burn_rate_of_one() -> None:
    """Whoever just meets the objective is above burn rate 1 about half of the time."""
    assert traffic.chance(tier("ticket-slow"), BUDGET, Decimal(1), 2) == 1


def test_chance_at_high_traffic() -> None:
    """Many independent failures average out: no overflow, no chance."""
    assert traffic.chance(tier(), BUDGET, Decimal(10**9), 2) == 0


@given(SHARES, RATES)
def test_enough_bad_events(share: Decimal, per_second: Decimal) -> None:
    """The derived number keeps chance below the tolerable, or is half of what an outage gives, or the most there is."""
    made = tiers(objective(objective=share))
    least = traffic.enough_bad_events(made, 1 - share, per_second)
    paging = [t for t in made if t.severity == "page"]
    half = min(float(per_second) * t.long / 2 for t in paging)
    assert 2 <= least <= 100
    assert least == 2 or least <= half
    if least < 100 and least < int(half):
        assert all(traffic.chance(t, 1 - share, per_second, least) <= TOLERABLE for t in paging)


@given(SHARES)
def test_enough_bad_events_never_fall_with_the_traffic(share: Decimal) -> None:
    """What is enough at some traffic is enough at less of it."""
    made = tiers(objective(objective=share))
    wanted = [traffic.enough_bad_events(made, 1 - share, Decimal(2) ** n) for n in range(-14, 10)]
    assert all(one <= other for one, other in pairwise(wanted))


def test_enough_bad_events_without_pages() -> None:
    """Where nothing pages, two are enough."""
    tickets = [t for t in tiers(objective()) if t.severity == "ticket"]
    assert traffic.enough_bad_events(tickets, BUDGET, Decimal(1)) == 2


HEAD = """\
| traffic | budget of 30 days | `min_bad_events` | `page-fast` | `page-slow` | `ticket-fast` | chance of a page |
|---|---|---|---|---|---|---|
"""


def row(hourly: int) -> str:
    """What an SLO of 99.9 % over 30 days needs at some traffic, as a row of the documentation."""
    made, per_second = tiers(objective()), Decimal(hourly) / HOUR
    least = traffic.enough_bad_events(made, BUDGET, per_second)
    needed = [traffic.errors_to_fire(t, per_second, least) for t in made[:3]]
    seconds = [traffic.seconds_to_fire(t, per_second, least, 1.0) for t in made[:3]]
    cells = [f"{n} in {units.time(s)}" if s else "not in its window" for n, s in zip(needed, seconds, strict=True)]
    chance = max(traffic.chance(t, BUDGET, per_second, least) for t in made[:2])
    budget = units.number(per_second * MONTH * BUDGET)
    return f"| {hourly:,} an hour | {budget} | {least} | {' | '.join(cells)} | {units.chance(chance)} |\n"


def test_the_documentation_prints_the_table(root: Path, *, update_golden: bool) -> None:
    """docs/low-traffic.md says for some traffic what the compiler makes of it."""
    page = root / "docs" / "low-traffic.md"
    table = HEAD + "".join(row(hourly) for hourly in (1, 5, 20, 100, 500, 2000, 10_000))
    before, head, rest = page.read_text(encoding="utf-8").partition(HEAD)
    if update_golden:
        page.write_text(before + table + rest[rest.index("\n\n") + 1 :], encoding="utf-8")
    assert table in page.read_text(encoding="utf-8")
    assert head
