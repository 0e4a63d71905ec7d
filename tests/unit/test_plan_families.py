"""Families: SLOs that one query can count together."""

from typing import Any

import pytest
from msgspec.structs import replace

from slo.model import Options, Scale, Slo
from slo.plan import families, plan
from slo.plan.families import find
from slo.plan.values import Record
from slo.promql import parse_selector
from slo.query import parse_query
from slo.sli.events import Events
from slo.sli.latency import Latency
from slo.sli.sliced import Sliced
from tests.specimens import objective, slo_set

SHARED = Options(layout="shared")
ROUTES = ("/a", "/b", "/c", "/d")


def events(route: str, job: str = "api", bad: str = 'code=~"5.."') -> Events:
    """Requests of one route of one job."""
    inside = f'job="{job}",route="{route}"'
    return Events(parse_selector(f"http_total{{{inside}}}"), None, parse_selector(f"http_total{{{inside},{bad}}}"))


def by_route(routes: tuple[str, ...] = ROUTES, **changes: Any) -> list[Slo]:  # noqa: ANN401 - as in specimens
    """An SLO for each route."""
    return [objective(f"s{number}", sli=events(route), **changes) for number, route in enumerate(routes)]


def together(slos: list[Slo]) -> list[tuple[str, list[tuple[str, str]]]]:
    """What was found: the label, and value and name of each member."""
    return [(family.kind.label, [(value, slo.name) for value, slo in family.members]) for family in find(slos)]


def test_slos_that_differ_in_one_label_are_a_family() -> None:
    """Their names, titles and objectives do not matter."""
    assert together(by_route()) == [("route", [("/a", "s0"), ("/b", "s1"), ("/c", "s2"), ("/d", "s3")])]


def test_three_slos_are_none() -> None:
    """Their rules would be harder to read, and no cheaper."""
    assert together(by_route(ROUTES[:3])) == []


@pytest.mark.parametrize(
    "other",
    [
        {"sli": events("/d", job="other")},
        {"sli": events("/d", bad='code="500"')},
        {"sli": Events(parse_selector('http_total{job="api",route=~"/d"}'), None, parse_selector("http_total"))},
        {"sli": Events(parse_selector('http_total{job="api",route="/d"}'), None, parse_selector("http_total"))},
        {
            "sli": Events(
                parse_query('rate(http_total{job="api",route="/d"}[$window])'), None, parse_query("http_total")
            )
        },
        {"sli": events("")},
        {"sli": events("/c")},
        {"sli": Sliced(events("/d"), objective().objective, None)},
        {"scrape_interval": 30},
        {"excluded": "pause == 1"},
        {"bridge": True},
        {"group_by": ("tenant",)},
    ],
    ids=[
        "another job",
        "other errors",
        "a pattern of values",
        "a selector without the label",
        "an expression",
        "series without the label",
        "the same series",
        "slices of events",
        "scraped at other times",
        "events left out",
        "lost events bridged",
        "members",
    ],
)
def test_an_slo_that_differs_in_more_stays_alone(other: dict[str, Any]) -> None:
    """Four of the same kind are a family, this fifth one is not of it."""
    (family,) = find([*by_route(), replace(by_route()[3], name="fifth", **other)])
    assert [slo.name for _, slo in family.members] == ["s0", "s1", "s2", "s3"]


def test_the_larger_family_takes_an_slo_that_could_be_in_two() -> None:
    """Each SLO is counted once."""
    jobs = [objective(f"j{n}", sli=events("/a", job=f"job{n}")) for n in range(5)]
    both = together([*by_route(), *jobs])
    assert both == [("job", [("api", "s0"), *((f"job{n}", f"j{n}") for n in range(5))])]


def test_a_histogram_has_families_too() -> None:
    """Every kind of SLI that is made of selectors."""
    slos = [
        objective(f"s{n}", sli=Latency(parse_selector(f'seconds{{route="{route}"}}'), objective().objective))
        for n, route in enumerate(ROUTES)
    ]
    assert together(slos) == [("route", [(route, f"s{n}") for n, route in enumerate(ROUTES)])]


def test_a_rule_names_two_hundred_values_at_most() -> None:
    """The rest is in another rule, with a mark of its own."""
    slos = by_route(tuple(f"/{number:03}" for number in range(450)))
    assert [len(family.members) for family in find(slos)] == [200, 200, 50]
    base = [rule for rule in _records(slos) if rule.name == "slo:events:5m"][:6]
    assert len({rule.labels for rule in base}) == 6


def test_two_rules_count_a_family_and_each_slo_keeps_its_facts() -> None:
    """The facts come first, since the counts read them; nothing else has the label `source`."""
    rules = _records([*by_route(), objective("lone")])
    assert [rule.name for rule in rules[:9]] == [
        "slo:evaluated:timestamp_seconds",
        *["slo:info"] * 4,
        *["slo:events:5m"] * 4,
    ]
    assert [dict(rule.labels).get("source") for rule in rules if rule.name == "slo:info"] == [*ROUTES, None]
    assert [dict(rule.labels).get("slo") for rule in rules[5:9]] == [None, None, "lone", "lone"]


def test_the_mark_of_a_family_does_not_depend_on_its_members() -> None:
    """Prometheus knows the rule again when an SLO comes or goes."""
    few, many = by_route(), by_route((*ROUTES, "/e"))
    assert [rule.labels for rule in families.counted("svc-0", few, Scale())[0] if rule.name != "slo:info"] == [
        rule.labels for rule in families.counted("svc-0", many, Scale())[0] if rule.name != "slo:info"
    ]


def test_the_default_layout_has_no_families() -> None:
    """Each SLO is read by rules of its own, which a person can follow."""
    (group,) = plan(slo_set(*by_route()), Scale()).groups
    counts = [rule for rule in group.rules if rule.name == "slo:events:5m" and ("kind", "bad") in rule.labels]
    assert len(counts) == 4


def _records(slos: list[Slo]) -> list[Record]:
    (group,) = plan(slo_set(*slos), Scale(), SHARED).groups
    return [rule for rule in group.rules if isinstance(rule, Record)]
