"""Rules that are split over several groups, which a server evaluates in any order, at any moment of the interval."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from slo.model import Options, Scale, Slo, SloSet
from tests.documents import dump, load
from tests.rules.judge import case, verdict
from tests.rules.server import running
from tests.rules.test_two_sets import complaints, server_of
from tests.specimens import DAY, emitted, objective, slo_set

MOST = 10
TENANTS = ("gold", "iron")


def members() -> SloSet:
    """An availability SLO, one with a group, and more of them, so that every part of the plan is split."""
    more = (objective(f"other-{n}", window=(7 + n) * DAY, scrape_interval=30) for n in range(4))
    grouped = objective("by-tenant", group_by=("tenant",), scrape_interval=30)
    return slo_set(objective("api", scrape_interval=30), grouped, *more)


def split_rules(slos: SloSet, scale: Scale | None = None) -> dict[str, Any]:
    """The file for Mimir as Prometheus reads it."""
    made: dict[str, Any] = load(emitted("mimir", slos, scale, options=Options(max_rules=MOST)))
    del made["namespace"]
    return made


def depth(groups: list[dict[str, Any]]) -> int:
    """Levels of the plan, and how many intervals the last is behind the first when groups run in the worst order.

    A level that fills several groups is one step, as long as none of them reads another. What makes up for pauses is no
    level: nobody reads it as long as there was none.
    """
    parts = [[*map(_kind, group["rules"])] for group in groups if "-late" not in group["name"]]
    kinds = {kind for part in parts for kind in part}
    return len(kinds) - 1 + sum("cascade" in part for part in parts) - 1 + _BUDGETS


_BUDGETS = 1
"""What is left of a budget is read from the budget, which may be in the group before."""


def _kind(rule: dict[str, Any]) -> str:
    name = rule.get("record", "")
    if name.startswith("slo:events:"):
        return "base" if "kind" in rule["labels"] else "cascade"
    return "alert" if not name else "ratio" if name.startswith("slo:error_ratio:") else "budget"


def judged(promtool: Path, folder: Path, rules: dict[str, Any], order: list[str], *cases: dict[str, object]) -> str:
    """What promtool says when the groups are evaluated in an order."""
    (folder / "rules.yml").write_text(dump(rules), encoding="utf-8")
    tests = {"rule_files": ["rules.yml"], "evaluation_interval": "1m", "group_eval_order": order, "tests": list(cases)}
    (folder / "cases.yml").write_text(dump(tests), encoding="utf-8")
    return verdict(promtool, folder / "cases.yml")


def series(slos: SloSet, good: str, bad: str) -> dict[str, str]:
    """The same counters for every SLO and member; far from zero, where `rate` would hold back."""
    return {
        f'{slo.name.replace("-", "_")}_requests_total{{code="{code}"{member}}}': values
        for slo in slos.slos
        for member in ([f',tenant="{name}"' for name in TENANTS] if slo.group_by else [""])
        for code, values in (("200", good), ("500", bad))
    }


def burning(slo: Slo) -> str:
    """Tiers of an SLO that fire, and for how many members."""
    return f'count by (tier) (ALERTS{{alertstate="firing",tier!~"no-data|exhausted",slo="{slo.name}"}})'


OUTAGE = 90
"""The minute in which every event begins to fail."""
THEORY = {"page-fast": 1, "page-slow": 3, "ticket-fast": 5, "ticket-slow": 5}
"""Minutes from there until the tiers fire, by rules in one group."""


def test_groups_in_the_worst_order_give_right_values_and_alerts_in_time(promtool: Path, tmp_path: Path) -> None:
    """From last to first each level sees the one before as it was a minute ago; no alert is later than that adds up."""
    slos = members()
    rules = split_rules(slos)
    names = [group["name"] for group in rules["groups"]]
    levels = depth(rules["groups"])
    assert len(names) > 8
    assert levels <= 6
    before, after = 2 * OUTAGE, 2 * 60
    inputs = series(slos, f"0+300x{before} {300 * before}+0x{after}", f"90000+0x{before} 90300+300x{after}")
    checks: list[tuple[str, str, dict[str, float]]] = []
    for slo in slos.slos[:2]:
        count = len(TENANTS) if slo.group_by else 1
        checks.append((f"{OUTAGE}m", burning(slo), {}))
        for tier, minutes in THEORY.items():
            late = OUTAGE + minutes + levels
            one = burning(slo).replace("tier!~", f'tier="{tier}",tier!~')
            checks += [(f"{late}m", one, {f'{{tier="{tier}"}}': count}), (f"{OUTAGE + minutes - 1}m", one, {})]
    now = f"{OUTAGE + 20}m"
    labels = 'service="svc", shard="svc-0", slo="api"'
    checks += [
        # Every window was read at one moment, a few minutes ago at most; each minute has 600 events.
        (now, f'slo:events:1h{{slo="api",kind="bad"}} >= bool {600 * (20 - levels)}', {f'{{kind="bad", {labels}}}': 1}),
        (now, 'round(slo:events:1h{slo="api",kind="total"})', {f'{{kind="total", {labels}}}': 36_000}),
        (now, 'round(1000000 * slo:error_ratio:5m{slo="api"})', {f"{{{labels}}}": 1_000_000}),
        (now, "count(slo:error_ratio:1h > 1)", {}),
    ]
    assert not judged(promtool, tmp_path, rules, names[::-1], case("an outage", "30s", inputs, *checks))


def test_groups_in_their_own_order_are_not_late_at_all(promtool: Path, tmp_path: Path) -> None:
    """In order the parts are what the one group was."""
    slos = members()
    rules = split_rules(slos)
    before = 2 * OUTAGE
    inputs = series(slos, f"0+300x{before} {300 * before}+0x20", f"90000+0x{before} 90300+300x20")
    checks = [
        (
            f"{OUTAGE + minutes}m",
            burning(slos.slos[0]).replace("tier!~", f'tier="{tier}",tier!~'),
            {f'{{tier="{tier}"}}': 1.0},
        )
        for tier, minutes in THEORY.items()
    ]
    names = [group["name"] for group in rules["groups"]]
    assert not judged(promtool, tmp_path, rules, names, case("an outage", "30s", inputs, *checks))


@pytest.mark.slow
def test_a_real_server_evaluates_the_groups_at_moments_of_their_own(promtool: Path, tmp_path: Path) -> None:
    """One event of eleven is bad, in every window at every moment, since no count is torn; and the page comes."""
    slos = slo_set(objective("one"), *(objective(f"other-{n}") for n in range(3)))
    rules = tmp_path / "split.yml"
    rules.write_text(dump(split_rules(slos, Scale(60, 1, 1))), encoding="utf-8")
    with running(server_of(promtool), tmp_path, rules) as server:
        server.await_samples('ALERTS{alertstate="firing",tier="page-fast",slo="one"}', 1)
        server.await_samples('slo:events:30d{slo="one",kind="bad"} > 8', 1)
        ratios = [
            float(value)
            for found in server.query('{__name__=~"slo:error_ratio:.*",slo="one"}[10s]')
            for _, value in found["values"]
        ]
        read = ('slo:events:5m{slo="one",kind="bad"}', 'slo:error_ratio:1h{slo="one"}')
        phases = {float(found["value"][1]) % 1 for series in read for found in server.query(f"timestamp({series})")}
        log = server.log.read_text()
    assert len(ratios) > 20
    assert ratios == pytest.approx([1 / 11] * len(ratios))
    assert len(phases) > 1
    assert not complaints(log)
