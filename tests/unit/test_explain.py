"""The facts about an SLO: right for every kind, window and policy, and readable."""

from __future__ import annotations

import doctest
import json
import re
import subprocess
from decimal import Decimal
from fractions import Fraction
from math import prod
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from slo.emit.alertmanager import alertmanager
from slo.emit.context import Context
from slo.explain import units
from slo.explain.collect import collect
from slo.explain.facts import Facts
from slo.explain.text import text
from slo.load import Source
from slo.model import Override, Scale, Slo
from slo.pipeline import Request, compile_sources
from slo.plan import plan
from slo.promql import parse_duration, parse_expr
from slo.sli import KINDS
from tests.specimens import DAY, LAYOUT, emitted, objective, slo_set

SLIS = {
    "events": "{total: a_total, bad: 'a_total{code=~\"5..\"}'}",
    "latency": "{histogram: a_seconds, under: 300ms}",
    "threshold": "{query: queue_depth, under: 100}",
    "up": "up",
    "freshness": "{timestamp: last_success_timestamp_seconds, under: 15m}",
    "ratio": "{error: error_share}",
}
"""One SLI of each kind, as in a specification."""


def told(slo: Slo) -> Facts:
    """The facts about a complete objective."""
    (planned,) = plan(slo_set(slo), Scale()).slos
    return collect(planned)


def of_text(slo: str, top: str = "") -> Facts:
    """The facts about the only SLO of a specification."""
    spec = f"version: 1\nservice: shop\n{top}slos: [{{name: it, {slo}}}]\n"
    (compiled,) = compile_sources([Source("slos.yaml", spec)], Request(("prometheus",)))
    return collect(compiled.plan.slos[0])


def words(known: Facts) -> str:
    """The text on one line."""
    return " ".join(text(known).split())


def readable(known: Facts) -> None:
    """The text has no exponents, no NaN and no broken numbers, and every query in it is PromQL."""
    said = text(known)
    assert re.findall(r"\d[eE][+-]?\d|\bnan\b|\binf\b|\d\.\d{11,}|None", said) == []
    assert [line for line in said.splitlines() if line != line.rstrip()] == []
    for query in (*known.series, *known.queries):
        parse_expr(query.promql)


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind(kind: str) -> None:
    """Each kind of SLI is explained in the unit that it is counted in."""
    known = of_text(f"objective: 99.5%, sli: {{{kind}: {SLIS[kind]}}}")
    readable(known)
    counted = next(line for line in text(known).splitlines() if line.startswith("  counted "))
    assert known.measured.unit in counted


def test_sliced_events() -> None:
    """Events that are budgeted in slices are told in slices, whatever their traffic: one in a minute."""
    known = of_text(
        "objective: 99%, traffic: {per_second: 7}, budgeting: {slices: 1m, target: 95%}, "
        f"sli: {{events: {SLIS['events']}}}"
    )
    readable(known)
    assert known.budget.events == pytest.approx(432)
    assert known.levels == ()
    assert "432 of the 43,200 expected in 30 days" in words(known)


def test_shares_of_slices_are_said_to_be_a_mean() -> None:
    """Nobody takes the mean of minutes for a share of events."""
    assert "the mean of the error ratios of all minutes" in words(
        of_text("objective: 99%, sli: {ratio: {error: share}}")
    )


DAYS = st.integers(1, 400)
OBJECTIVES = st.decimals("0.0001", "0.999999", places=6)
TRAFFIC = st.none() | st.decimals("0.0000001", "1000000", places=7)


@given(DAYS, OBJECTIVES, TRAFFIC, st.integers(1, 1000))
@settings(max_examples=50)
def test_every_window_objective_and_traffic(days: int, share: Decimal, traffic: Decimal | None, least: int) -> None:
    """No window, objective or traffic gives numbers that nobody can read."""
    readable(told(objective(window=days * DAY, objective=share, traffic=traffic, min_bad_events=least)))


@given(DAYS, OBJECTIVES)
@settings(max_examples=50)
def test_sums_are_right(days: int, share: Decimal) -> None:
    """Every step of the sum that explains a threshold gives the same, rounding aside, and the last is the threshold."""
    for tier in told(objective(window=days * DAY, objective=share)).tiers:
        steps = [_product(step) for step in tier.sum.split(" = ")]
        assert max(steps) - min(steps) < Fraction(1 - share) / 10_000
        if not tier.changed:
            assert Fraction(tier.threshold) == steps[-1]
        assert f"{tier.threshold:f}" in (tier.changed or tier.sum)


def _product(step: str) -> Fraction:
    """What a step such as `0.02 x 30d / 1h x 0.001` gives."""
    factors = step.replace(" (rounded down)", "").split(" x ")
    return prod((_quotient(factor) for factor in factors), start=Fraction(1))


def _quotient(factor: str) -> Fraction:
    upper, _, lower = factor.partition(" / ")
    return Fraction(parse_duration(upper)) / Fraction(parse_duration(lower)) if lower else Fraction(upper)


def test_lowered_tiers_say_why() -> None:
    """At 90 % a total outage burns at 10, so 14.4 is out of reach."""
    fast = told(objective(objective=Decimal("0.9"))).tiers[0]

    assert fast.changed.startswith("lowered to 8 x 0.1 = 0.8: a total outage burns at 1 / 0.1 = 10, and 80% bad events")


def test_raised_tiers_say_why() -> None:
    """A burn rate below 1 never spends the budget, so a policy cannot ask for it."""
    known = of_text(
        "objective: 99%, window: 1d, alerts: {policy: calm}, sli: {up: up}",
        "policies: {calm: {tiers: [{name: slow, severity: ticket, budget: 2%, long: 6h, short: 30m}]}}\n",
    )
    assert known.tiers[0].changed.startswith("raised to 1 x 0.01 = 0.01")


def test_policies_of_the_file() -> None:
    """The tiers, the waiting time and the name of a policy of the file are told."""
    known = of_text(
        "objective: 99.9%, alerts: {policy: calm}, sli: {up: up}",
        "policies: {calm: {tiers: [{name: now, severity: page, budget: 5%, long: 6h, short: 30m, for: 10m}]}}\n",
    )
    readable(known)
    assert [tier.name for tier in known.tiers] == ["now"]
    assert known.tiers[0].detection[0].seconds == 3 * 60 + 600
    assert "are those of the policy calm" in words(known)
    assert "over 6h and over 30m, for 10m" in words(known)


def test_disabled_tiers_are_named() -> None:
    """What is switched off is not forgotten."""
    known = told(objective(disable=("ticket-slow",), no_data="off", exhausted="off"))
    assert "Disabled: ticket-slow." in words(known)
    assert "Disabled: BudgetExhausted, NoData." in words(known)


def test_members() -> None:
    """Objectives of their own come with their budgets and thresholds."""
    known = told(
        objective(
            group_by=("tenant",), overrides=(Override((("tenant", "gold"),), Decimal("0.9999")),), traffic=Decimal(1)
        )
    )
    readable(known)
    gold, others = known.members
    assert (gold.match, gold.events, gold.thresholds["page-fast"]) == (
        {"tenant": "gold"},
        Decimal("259.2"),
        Decimal("0.00144"),
    )
    assert (others.match, others.thresholds["page-fast"]) == ({}, known.tiers[0].threshold)
    assert 'tenant="gold" 99.99% 0.01% 4.32 min' in words(known)
    assert any(query.promql.startswith("slo:rollup_budget_remaining:ratio{") for query in known.series)


def test_gaps_and_maintenance() -> None:
    """What is bridged and what is left out is told, with the reason."""
    planned = "{cron: 0 3 * * 0, duration: 2h, timezone: Europe/Berlin, reason: upgrade}"
    top = f"maintenance: [{planned}, {{metric: upkeep}}]\n"
    known = of_text("objective: 99%, data_loss: bridge, sli: {up: up}", top)
    readable(known)
    assert "data_loss: bridge" in words(known)
    assert re.search(r"left out \S*0 3 \* \* 0.* 2h.* Europe/Berlin.* \(upgrade\) left out .*upkeep", words(known))
    assert "not in maintenance" in words(known)


@pytest.mark.parametrize(
    ("changes", "source"),
    [
        ({}, "default"),
        ({"min_bad_events": 7}, "set in the specification"),
        ({"min_bad_events": 9, "traffic": Decimal(1)}, "derived from the traffic"),
        ({"min_bad_events": 3, "traffic": Decimal(1)}, "set in the specification"),
    ],
)
def test_where_min_bad_events_comes_from(changes: dict[str, Any], source: str) -> None:
    """Default, specification or traffic."""
    assert told(objective(**changes)).min_bad_events_from.startswith(source)


def test_levels_derive_as_the_traffic_does() -> None:
    """At other traffic another number of bad events would be derived; one that is given stays."""
    derived = told(objective(traffic=Decimal("0.01"), min_bad_events=4)).levels
    given = told(objective(traffic=Decimal("0.01"), min_bad_events=5)).levels
    assert [level.min_bad_events for level in derived] == [4, 4, 5, 9]
    assert [level.min_bad_events for level in given] == [5, 5, 5, 5]


@pytest.mark.parametrize("team", ["crew", ""])
def test_receivers_are_those_of_the_routes(team: str) -> None:
    """Alertmanager's configuration has the first receiver that is told for each severity."""
    slo = objective(team=team)
    planned = plan(slo_set(slo), Scale())
    for route in collect(planned.slos[0]).alerts:
        names = "".join(f"  - name: {name}\n" for name in (*reversed(route.receivers), "page", "ticket"))
        context = Context(LAYOUT, f"route: {{receiver: page}}\nreceivers:\n{names}", "base.yml", "slos.yaml")
        ((_, config),) = alertmanager(planned, context)
        assert f"receiver: {route.receivers[0]}\n" in config


def test_units() -> None:
    """The examples in the documentation of units hold."""
    assert doctest.testmod(units) == doctest.TestResults(0, 6)


INPUT = """\
rule_files: [rules.yml]
evaluation_interval: 5m
tests:
  - interval: 5m
    input_series:
      - {series: 'api_requests_total{code="200"}', values: '0+495x312'}
      - {series: 'api_requests_total{code="500"}', values: '0+5x312'}
    promql_expr_test:
"""


def test_queries_answer(tmp_path: Path, promtools: dict[str, Path]) -> None:
    """What is to be pasted gives the right numbers: 1 % of 144,000 events of a day were bad where 2 % are allowed."""
    slo = objective(window=DAY, objective=Decimal("0.98"), scrape_interval=300)
    answers = dict(zip((query.promql for query in told(slo).queries), (50, 14.4, 2880, 1440, 0.5), strict=True))
    cases = [
        {"expr": f"round(sum({promql}), 0.1)", "eval_time": "26h", "exp_samples": [{"labels": "{}", "value": value}]}
        for promql, value in answers.items()
    ]
    (tmp_path / "rules.yml").write_text(emitted("prometheus", slo_set(slo, interval=300)), encoding="utf-8")
    (tmp_path / "test.yml").write_text(INPUT + f"      {json.dumps(cases)}\n", encoding="utf-8")
    for promtool in promtools.values():
        command = [str(promtool), "test", "rules", str(tmp_path / "test.yml")]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize("kind", KINDS)
def test_missing_series(kind: str) -> None:
    """The text says for each selector what is recorded while it has no series."""
    known = of_text(f"objective: 99.5%, sli: {{{kind}: {SLIS[kind]}}}")
    assert {absent.selector for absent in known.measured.absent} == set(known.measured.selectors)
    assert all(f"{absent.selector} {absent.recorded}" in words(known) for absent in known.measured.absent)


def test_labels_under_another_name_are_explained() -> None:
    """The text names both, so that a reader finds the series and the alerts."""
    known = of_text(
        "objective: 99%, group_by: [{label: service, as: their_service}, method], sli: {events: {total: a, bad: b}}"
    )
    assert "for each value of their_service (the label service of the series), method" in words(known)
    assert (known.measured.group_by, known.measured.renamed) == (
        ("their_service", "method"),
        {"their_service": "service"},
    )
