"""`--compat sloth`: what was made for Sloth goes on working, on values that are right."""

import re
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace

from slo.lint import build_findings
from slo.model import Options, Override, Scale, SloSet
from slo.plan import plan
from slo.plan.rules import Alert, Record
from tests.documents import load
from tests.rules.judge import case, judged
from tests.rules.server import running
from tests.specimens import DAY, availability, emitted, objective, slo_set

SLOTH = Options(compat="sloth")
BOTH = Options(layout="shared", compat="sloth")
FAST = Scale(60, 1, 1)
BAD_LEVEL = re.compile(r"level=(warn|error)", re.IGNORECASE)

IDS = {"sloth_id", "sloth_service", "sloth_slo"}
SERIES = {
    **{
        f"slo:sli_error:ratio_rate{window}": IDS | {"sloth_window"}
        for window in ("5m", "30m", "1h", "2h", "6h", "1d", "3d", "30d")
    },
    "slo:objective:ratio": IDS,
    "slo:error_budget:ratio": IDS,
    "slo:time_period:days": IDS,
    "slo:current_burn_rate:ratio": IDS,
    "slo:period_burn_rate:ratio": IDS,
    "slo:period_error_budget_remaining:ratio": IDS,
    "sloth_slo_info": IDS | {"sloth_objective", "sloth_mode", "sloth_spec", "sloth_version"},
}
"""Series of Sloth 0.16 for an SLO over 30 days, and the labels by which they are asked for."""

IDENTITY = 'sloth_service="svc", sloth_slo="one"'
BUDGET = f"slo:error_budget:ratio{{{IDENTITY}}}"
THIS_MONTH = f"slo:sli_error:ratio_rate1h{{{IDENTITY}}} * on () group_left () (month() == bool month())"
HOURS = "(24 * days_in_month())"
QUERIES = (
    # The overview of all SLOs (dashboard 14643): how many there are, what burns, what is left, what is alerting.
    "count(sloth_slo_info)",
    "count(max by (sloth_service) (sloth_slo_info))",
    "avg(slo:current_burn_rate:ratio)",
    "slo:current_burn_rate:ratio > 1",
    "slo:current_burn_rate:ratio",
    "slo:period_error_budget_remaining:ratio",
    'max(ALERTS{sloth_id!="", sloth_severity="ticket"})',
    'max(ALERTS{sloth_id!="", sloth_severity="page"})',
    # One SLO (dashboard 14348): its variables, then its panels.
    "count by (sloth_service) (slo:objective:ratio)",
    'count by (sloth_slo) (slo:objective:ratio{sloth_service="svc"})',
    f"slo:objective:ratio{{{IDENTITY}}}",
    *(
        f"1 - max(slo:sli_error:ratio_rate{window}{{{IDENTITY}}})"
        for window in ("5m", "30m", "1h", "2h", "6h", "1d", "3d", "30d")
    ),
    f"count by (sloth_objective) (sloth_slo_info{{{IDENTITY}}})",
    f"slo:current_burn_rate:ratio{{{IDENTITY}}} > 0",
    f"slo:period_error_budget_remaining:ratio{{{IDENTITY}}}",
    f"max(ALERTS{{{IDENTITY}, sloth_severity='ticket'}})",
    f"max(ALERTS{{{IDENTITY}, sloth_severity='page'}})",
    # What is left of the month: hourly ratios of this month's hours, against the budget of all its hours.
    f"1 - (sum_over_time(({THIS_MONTH})[5m:1s]) / on (sloth_id) ({BUDGET} * on () group_left () {HOURS}))",
    # How the period burns, as Sloth's own rules and pages compute it.
    f"slo:sli_error:ratio_rate30d{{{IDENTITY}}} / on (sloth_id, sloth_slo, sloth_service) group_left () {BUDGET}",
    f"slo:period_burn_rate:ratio{{{IDENTITY}}}",
    f"slo:time_period:days{{{IDENTITY}}}",
)
"""What the published dashboards of Sloth ask for: series, labels and joins of each panel and variable."""


def rules(members: SloSet, options: Options = SLOTH) -> list[Record | Alert]:
    """All rules of a set with one shard."""
    (group, *_) = plan(members, Scale(), options).groups
    return list(group.rules)


def aliases(members: SloSet) -> list[Record]:
    """The records with names of Sloth."""
    return [rule for rule in rules(members) if isinstance(rule, Record) and "sloth_" in rule.expr]


def test_dashboards_of_sloth_show_data(promtools: dict[str, Path], tmp_path: Path) -> None:
    """Every query has a result on a real server, beside a set of our own; no sample is refused, no rule complains."""
    program = list(promtools.values())[-1].with_name("prometheus")
    ours, theirs = tmp_path / "own.rules.yml", tmp_path / "sloth.rules.yml"
    theirs.write_text(
        emitted("prometheus", slo_set(objective("one", objective=Decimal("0.9999"))), FAST, options=SLOTH),
        encoding="utf-8",
    )
    ours.write_text(emitted("prometheus", slo_set(objective("two"), name="own"), FAST), encoding="utf-8")
    with running(program, tmp_path, ours, theirs) as server:
        server.await_samples('ALERTS{sloth_severity="page"} and on () ALERTS{sloth_severity="ticket"}', 1)
        server.await_samples("slo:sli_error:ratio_rate30d", 1)
        empty = server.without_samples(QUERIES)
        found = {name: server.query(name) for name in SERIES}
        log = server.log.read_text()
    assert not empty
    for name, labels in SERIES.items():
        (sample,) = found[name]
        assert labels <= sample["metric"].keys(), name
        assert sample["metric"]["sloth_id"] == "svc-one"
    assert not [line for line in log.splitlines() if "duplicate" in line or ("rule" in line and BAD_LEVEL.search(line))]


def test_values_are_ours(tmp_path: Path, promtool: Path) -> None:
    """Ratios by events, a budget that what is not recorded does not spend, objectives of members, periods of each."""
    slo = objective("one", objective=Decimal("0.99"))
    week = objective("week", window=7 * DAY, objective=Decimal("0.999"))
    group = replace(
        objective("tenants", objective=Decimal("0.95"), sli=availability("tenants_total")),
        group_by=("tenant",),
        overrides=(Override((("tenant", "gold"),), Decimal("0.995")),),
    )
    series = {
        'one_requests_total{code="200"}': "0+98x60",
        'one_requests_total{code="500"}': "0+2x60",
        'week_requests_total{code="200"}': "0+100x60",
        'tenants_total{code="200",tenant="gold"}': "0+100x60",
        'tenants_total{code="500",tenant="iron"}': "0+100x60",
    }
    values = {
        "slo:sli_error:ratio_rate1h": (0.02, 0, 0, 1),
        "slo:objective:ratio": (0.99, 0.999, 0.995, 0.95),
        "slo:error_budget:ratio": (0.01, 0.001, 0.005, 0.05),
        "slo:time_period:days": (30, 7, 30, 30),
        "slo:current_burn_rate:ratio": (2, 0, 0, 20),
    }
    checks: list[Any] = [
        (
            "60m",
            f"round(sum by (sloth_id, tenant) (1000 * {name}))",
            {m: 1000 * v for m, v in zip(MEMBERS, row, strict=True)},
        )
        for name, row in values.items()
    ]
    checks += [
        # An hour of thirty days at twice the sustainable rate: a 360th of the budget, and not twice of it.
        ("60m", "round(360 * sum(slo:period_burn_rate:ratio{sloth_slo='one'}), 0.1)", {"{}": 1.0}),
        ("60m", "round(360 * (1 - sum(slo:period_error_budget_remaining:ratio{sloth_slo='one'})), 0.1)", {"{}": 1.0}),
        ("60m", "count by (sloth_slo) (slo:sli_error:ratio_rate1w)", {'{sloth_slo="week"}': 1.0}),
        ("60m", "count by (sloth_slo, sloth_window) (slo:sli_error:ratio_rate30d)", PERIODS),
        ("60m", "sum by (sloth_slo, sloth_objective) (sloth_slo_info)", INFOS),
    ]
    text = emitted("prometheus", slo_set(slo, week, group), options=SLOTH)
    assert not judged(promtool, tmp_path, text, "1m", case("all", "1m", series, *checks))


MEMBERS = (
    '{sloth_id="svc-one"}',
    '{sloth_id="svc-week"}',
    '{sloth_id="svc-tenants", tenant="gold"}',
    '{sloth_id="svc-tenants", tenant="iron"}',
)
PERIODS = {'{sloth_slo="one", sloth_window="30d"}': 1.0, '{sloth_slo="tenants", sloth_window="30d"}': 2.0}
INFOS = {
    '{sloth_slo="one", sloth_objective="99"}': 1.0,
    '{sloth_slo="week", sloth_objective="99.9"}': 1.0,
    '{sloth_slo="tenants", sloth_objective="95"}': 1.0,
}


@pytest.mark.parametrize(("days", "name"), [(28, "4w"), (7, "1w"), (30, "30d"), (90, "90d")])
def test_windows_are_spelled_as_sloth_does(days: int, name: str) -> None:
    """Whole weeks in weeks, in the name of the series and in its label."""
    found = aliases(slo_set(objective(window=days * DAY)))
    assert [dict(r.labels)["sloth_window"] for r in found if r.name == f"slo:sli_error:ratio_rate{name}"] == [name]


def test_aliases_are_as_many_for_a_hundred_slos_as_for_one() -> None:
    """They serve the whole shard."""
    one, many = (aliases(slo_set(*(objective(f"s{n}") for n in range(count)))) for count in (1, 100))
    assert [(rule.name, rule.expr, rule.labels) for rule in one] == [(r.name, r.expr, r.labels) for r in many]
    assert len(one) == len(SERIES)


def test_alerts_bear_names_and_labels_of_sloth() -> None:
    """One name for all tiers; Sloth's identity and severity beside ours, so that routes made for either match."""
    found = [rule for rule in rules(slo_set(objective("api"))) if isinstance(rule, Alert)]
    assert [rule.name for rule in found] == ["SvcApiHighErrorRate"] * 4 + ["SvcApiBudgetExhausted", "SvcApiNoData"]
    for rule in found:
        labels = dict(rule.labels)
        assert labels["sloth_severity"] == labels["severity"]
        assert [labels[name] for name in ("sloth_id", "sloth_service", "sloth_slo")] == ["svc-api", "svc", "api"]
        assert dict(rule.annotations)["title"].startswith(f"({labels['severity']}) ")


@pytest.mark.parametrize("layout", [SLOTH, BOTH], ids=["default", "shared"])
def test_raised_alerts_have_the_same_labels_in_both_layouts(layout: Options, tmp_path: Path, promtool: Path) -> None:
    """In the shared layout Sloth's labels come from the series."""
    series = {'one_requests_total{code="500"}': "0+100x30"}
    wanted = {
        f'{{sloth_id="svc-one", sloth_service="svc", sloth_slo="one", sloth_severity="{severity}", tier="{tier}"}}': 1.0
        for tier, severity in (
            ("page-fast", "page"), ("page-slow", "page"), ("ticket-fast", "ticket"), ("ticket-slow", "ticket")
        )
    }  # fmt: skip
    query = 'sum by (sloth_id, sloth_service, sloth_slo, sloth_severity, tier) (ALERTS{alertstate="firing"})'
    text = emitted("prometheus", slo_set(objective("one"), objective("two", no_data="off")), options=layout)
    assert not judged(promtool, tmp_path, text, "1m", case("all", "1m", series, ("30m", query, wanted)))


def test_a_finding_says_to_remove_the_rules_of_sloth() -> None:
    """Once for the set, and only when its names are used."""
    planned = plan(slo_set(objective("a"), objective("b")), Scale(), SLOTH)
    found = [finding for finding in build_findings(planned) if finding.code == "SLO079"]
    assert [finding.severity for finding in found] == ["warning"]
    assert "Sloth's own rules" in found[0].message
    assert not [w for w in build_findings(plan(slo_set(objective("a")), Scale())) if w.code == "SLO079"]


def test_our_own_names_stay_without_it() -> None:
    """Nothing of Sloth is made unless it is asked for."""
    text = emitted("prometheus", slo_set(objective("a")))
    assert "sloth" not in text
    assert load(text)
