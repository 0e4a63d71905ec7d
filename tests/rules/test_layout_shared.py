"""`--layout shared`: far fewer alert rules that say the same as those of the default layout."""

from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace

from slo.diagnostics import Place
from slo.errors import CompileError
from slo.model import Links, Options, Override, Scale, Slo, SloSet
from slo.plan import plan
from slo.plan.rules import Alert
from tests.documents import dump, load
from tests.rules.judge import case, judged, linted, verdict
from tests.specimens import DAY, availability, emitted, objective, slo_set

SHARED = Options(layout="shared")


def grouped(name: str, **settings: Any) -> Slo:  # noqa: ANN401 - as in specimens
    """An SLO with members, one of which has an objective of its own."""
    slo = objective(name, sli=availability(f"{name}_total"), **settings)
    return replace(slo, group_by=("tenant",), overrides=(Override((("tenant", "gold"),), Decimal("0.999")),))


def mixed() -> SloSet:
    """SLOs of two services that differ in everything that may differ."""
    return slo_set(
        objective("api", window=DAY),
        objective("api", service="other", window=DAY, objective=Decimal("0.99"), sli=availability("other_total")),
        objective("low", window=DAY, objective=Decimal("0.7"), disable=("page-slow",)),
        objective("down", window=DAY, target='up{job="down"}', no_data="page", min_bad_events=5),
        objective("team", window=DAY, team="", exhausted="page", labels=(("env", "x"),), place=Place("other.yaml")),
        grouped("tenants", window=DAY, objective=Decimal("0.75"), no_data_members="ticket"),
        grouped("customers", window=DAY, objective=Decimal("0.75"), no_data_members="ticket"),
        objective("none", window=7 * DAY),
        objective("paused", window=DAY, excluded="pause == 1"),
        shards=2,
    )


def shared(members: SloSet) -> list[Alert]:
    """The alert rules of a set in the shared layout."""
    groups = plan(members, Scale(interval=members.interval), SHARED).groups
    return [rule for group in groups for rule in group.rules if isinstance(rule, Alert)]


@dataclass(frozen=True)
class Traffic:
    """Events a minute, in phases of (minutes, good, bad); none at all where `good` is None."""

    phases: tuple[tuple[int, int | None, int], ...]

    def of(self, metric: str, labels: str = "") -> dict[str, str]:
        """Two counters in promtool's notation, one of good events and one of bad ones."""
        made = {}
        for code, column in (("200", 1), ("500", 2)):
            value, parts = 0, []
            for phase in self.phases:
                step = phase[column]
                if phase[1] is None or step is None:
                    parts.append(f"_x{phase[0]}")
                    continue
                parts.append(f"{value + step}+{step}x{phase[0] - 1}")
                value += step * phase[0]
            made[f'{metric}{{code="{code}"{labels}}}'] = " ".join(parts)
        return made


SERIES = {
    **Traffic(((60, 1000, 0), (30, 980, 20), (60, 1000, 0), (20, 0, 1000), (190, 1000, 0))).of("api_requests_total"),
    **Traffic(((30, 100, 0), (40, 90, 10), (60, 100, 0), (60, None, 0), (170, 100, 5))).of("other_total"),
    **Traffic(((100, 100, 0), (90, 0, 100), (170, 100, 0))).of("low_requests_total"),
    **Traffic(((60, 1000, 0), (20, 996, 4), (60, 950, 50), (80, None, 0), (140, 1000, 0))).of("down_requests_total"),
    **Traffic(((200, 1000, 1), (160, 900, 100))).of("team_requests_total"),
    **Traffic(((90, 100, 0), (90, 95, 5), (60, None, 0), (120, 100, 0))).of("tenants_total", ',tenant="gold"'),
    **Traffic(((50, 100, 0), (60, 3, 97), (90, 100, 0), (30, None, 0), (130, 100, 0))).of(
        "tenants_total", ',tenant="iron"'
    ),
    **Traffic(((80, 100, 5), (120, None, 0), (160, 100, 0))).of("paused_requests_total"),
    **Traffic(((360, 100, 0),)).of("customers_total", ',tenant="iron"'),
    'up{job="down"}': "1x170 0x190",
    "pause": "0x90 1x60 0x210",
}
WHO = "service, slo, team, tier, severity, env, tenant, alertstate"
HOURS = 6


def test_both_layouts_raise_the_same_alerts(tmp_path: Path, promtool: Path) -> None:
    """Pending and firing, at every minute of six hours of outages, silence, and members that go; with equal labels."""
    document = load(emitted("prometheus", mixed()))
    other = load(emitted("prometheus", mixed(), options=SHARED))
    for group, alike in zip(document["groups"], other["groups"], strict=True):
        group["rules"] += [rule for rule in alike["rules"] if "alert" in rule]
    ours = f'count by ({WHO}) (ALERTS{{alertname=~"SLO.*"}})'
    theirs = f'count by ({WHO}) (ALERTS{{alertname!~"SLO.*"}})'
    differences = f"({ours} unless {theirs}) or ({theirs} unless {ours})"
    raised = 'count by (tier) (ALERTS{alertname=~"SLO.*",alertstate="firing",shard="",__shard_0="",__shard_1=""})'
    seen = f"sum by (tier) (count_over_time(({raised})[{HOURS}h:1m]) > bool 0)"
    tiers = ("page-fast", "page-slow", "ticket-fast", "ticket-slow", "exhausted", "no-data", "member-no-data")
    checks: list[Any] = [(f"{minute}m", differences, {}) for minute in range(HOURS * 60)]
    checks.append((f"{HOURS}h", seen, {f'{{tier="{tier}"}}': 1 for tier in tiers}))
    assert not judged(promtool, tmp_path, dump(document), "1m", case("all", "1m", SERIES, *checks))


def test_shared_rules_pass_the_linter(tmp_path: Path, promtool: Path) -> None:
    """Rules of several shards and classes are no duplicates of each other."""
    (tmp_path / "rules.yml").write_text(emitted("prometheus", mixed(), options=SHARED), encoding="utf-8")
    assert not linted(promtool, tmp_path / "rules.yml")


def test_slos_that_differ_in_nothing_share_six_rules() -> None:
    """However many there are, with whatever objectives, titles and services."""
    objectives = ("0.999", "0.99", "0.95")
    slos = [
        objective(f"s{n}", service=f"v{n % 7}", title=f"{n}", objective=Decimal(objectives[n % 3])) for n in range(60)
    ]
    rules = plan(slo_set(*slos), Scale(), SHARED).groups[0].rules
    alerts = [rule for rule in rules if isinstance(rule, Alert)]
    assert [dict(alert.labels)["tier"] for alert in alerts] == [
        "page-fast",
        "page-slow",
        "ticket-fast",
        "ticket-slow",
        "exhausted",
        "no-data",
    ]
    assert all('{shard="svc-0"}' in alert.expr and "slo=" not in alert.expr for alert in alerts)
    # total, bad and info of each; evaluated, covered, seven windows, eight ratios, budget, covered and remaining share.
    assert len(rules) == 3 * len(slos) + 2 + 7 + 8 + 3 + len(alerts)


@pytest.mark.parametrize(
    ("changes", "rules"),
    [
        ({"objective": Decimal("0.95")}, 6),
        ({"objective": Decimal("0.8")}, 9),  # three lowered tiers
        ({"team": "other"}, 12),
        ({"min_bad_events": 9}, 11),
        ({"window": 7 * DAY}, 11),
        ({"target": 'up{job="x"}'}, 7),
        ({"disable": ("page-fast",)}, 6),
        ({"exhausted": "page"}, 7),
        ({"links": Links(runbooks="http://r/{alert}")}, 12),
    ],
)
def test_only_what_differs_has_rules_of_its_own(changes: dict[str, Any], rules: int) -> None:
    """An SLO that differs from two others in one setting shares all rules that do not depend on it."""
    made = shared(slo_set(objective("a"), objective("b"), objective("c", **changes)))
    assert len(made) == rules
    assert len({(alert.name, alert.labels) for alert in made}) == rules


def test_a_low_objective_has_the_lowered_burn_rates_of_the_default_layout() -> None:
    """A page of an SLO of 80 % comes at four times the sustainable rate, not at 14.4 times, which is more than all."""
    burn = next(a for a in shared(slo_set(objective(objective=Decimal("0.8")))) if "burn rate" in a.annotations[0][1])
    assert '> (4 * slo:budget:ratio{shard="svc-0"})' in burn.expr


def test_marks_do_not_depend_on_other_slos() -> None:
    """A class of alerts keeps its mark when another SLO comes, so that the server knows its rule again."""
    two = [objective("a"), objective("b", min_bad_events=9)]
    three = [objective("c", min_bad_events=5), *two]
    marks = [
        {
            a.expr.partition(">= ")[2]: a.labels[-1]
            for a in shared(slo_set(*slos))
            if dict(a.labels)["tier"] == "page-fast"
        }
        for slos in (two, three)
    ]
    assert marks[0].items() <= marks[1].items()
    assert all(name.startswith("__class_") and value == "" for name, value in marks[1].values())


def test_texts_tell_which_slo_is_meant(tmp_path: Path, promtool: Path) -> None:
    """Title, service, SLO and member, and links are those of the SLO whose alert it is, whatever they contain."""
    links = Links(runbooks="http://r/{alert}?slo={slo}&service={service}")
    members = slo_set(
        objective("api", window=DAY, title='50% of "{{ $x }}" \\ work', links=links, exhausted="off", no_data="off"),
        objective("b", window=DAY, links=links),
        replace(grouped("tenants", window=DAY, links=links), title="Tenants"),
    )
    tests = {
        "rule_files": ["rules.yml"],
        "evaluation_interval": "1m",
        "tests": [
            {
                "interval": "1m",
                "input_series": [
                    {"series": 'api_requests_total{code="500"}', "values": "0+100x20"},
                    {"series": 'tenants_total{code="500",tenant="g\\"x"}', "values": "0+100x20"},
                ],
                "alert_rule_test": [
                    {
                        "alertname": "SLOBudgetBurn",
                        "eval_time": "20m",
                        "exp_alerts": [*burning("api"), *burning("tenants")],
                    }
                ],
            }
        ],
    }
    rules = load(emitted("prometheus", members, options=SHARED))
    for rule in rules["groups"][0]["rules"]:
        rule.get("annotations", {}).pop("description", None)
    (tmp_path / "rules.yml").write_text(dump(rules), encoding="utf-8")
    (tmp_path / "tests.yml").write_text(dump(tests), encoding="utf-8")
    assert not verdict(promtool, tmp_path / "tests.yml")


def burning(slo: str) -> list[dict[str, Any]]:
    """The alerts of the tiers that twenty minutes of a total outage reach, as people see them."""
    title, member = {
        "api": ('50% of "{{ $x }}" \\ work (service svc, slo api)', {}),
        "tenants": ('Tenants (service svc, slo tenants, tenant g"x)', {"tenant": 'g"x'}),
    }[slo]
    tiers = (
        ("page-fast", "page", "6", "1h"),
        ("page-slow", "page", "3.6", "2h"),
        ("ticket-fast", "ticket", "1.6", "6h"),
        ("ticket-slow", "ticket", "1", "12h"),
    )
    return [
        {
            "exp_labels": {
                "service": "svc", "slo": slo, "team": "crew", "tier": tier, "severity": severity, **member
            },
            "exp_annotations": {
                "summary": f"{title}: burn rate of the error budget above {rate} over the last {long}",
                "runbook_url": f"http://r/SLOBudgetBurn?slo={slo}&service=svc",
            },
        }
        for tier, severity, rate, long in tiers
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("changes", "path"),
    [
        ({"labels": (("env", "x"),)}, ("slos", 1, "labels", "env")),
        ({"alert_labels": (("area", "x"),)}, ("slos", 1, "alerts", "labels", "area")),
        ({"annotations": (("doc", "x"),)}, ("slos", 1, "alerts", "annotations", "doc")),
    ],
)
def test_labels_of_a_single_slo_are_refused(changes: dict[str, Any], path: tuple[str | int, ...]) -> None:
    """Where they stand, with the name of the layout that has them; labels that all SLOs have are fine."""
    slos = [objective(name) for name in ("a", "b")]
    slos = [replace(slo, place=slo.place.at("slos", number)) for number, slo in enumerate(slos)]
    own = {"labels": changes["alert_labels"]} if "alert_labels" in changes else {}
    own |= {"annotations": changes["annotations"]} if "annotations" in changes else {}
    field = {"labels": changes["labels"]} if "labels" in changes else {}
    different = [replace(slo, alerts=replace(slo.alerts, **own), **field) for slo in slos]
    with pytest.raises(CompileError) as error:
        shared(slo_set(slos[0], different[1]))
    (finding,) = error.value.diagnostics
    assert finding.code == "SLO078"
    assert finding.place.path == path
    assert "--layout default" in finding.hint
    assert shared(slo_set(*different))
