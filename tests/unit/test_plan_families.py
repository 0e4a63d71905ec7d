"""Families: SLOs that one query can count together."""

from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest
from msgspec.structs import replace

from slo.model import Options, Scale, Sli, Slo
from slo.plan import plan
from slo.plan.rules import Record
from slo.plan.shared import families
from slo.plan.shared.families import find
from slo.promql import parse_selector
from slo.query import parse_query
from slo.sli.events import Events
from slo.sli.latency import Latency
from slo.sli.sliced import Sliced
from slo.sli.threshold import Threshold
from tests.specimens import DAY, objective, slo_set

SHARED = Options(layout="shared")
ROUTES = ("/a", "/b", "/c", "/d")


def pair(total: str, bad: str) -> Events:
    """Requests, and failed ones, by the matchers in braces."""
    return Events(parse_selector(f"http_total{total}"), None, parse_selector(f"http_total{bad}"))


def events(route: str, job: str = "api", bad: str = 'code=~"5.."') -> Events:
    """Requests of one route of one job."""
    inside = f'job="{job}",route="{route}"'
    return pair(f"{{{inside}}}", f"{{{inside},{bad}}}")


def by_route(routes: tuple[str, ...] = ROUTES, **changes: Any) -> list[Slo]:  # noqa: ANN401 - as in specimens
    """An SLO for each route."""
    return [objective(f"s{number}", sli=events(route), **changes) for number, route in enumerate(routes)]


def together(slos: list[Slo]) -> list[tuple[str, list[tuple[str, str]]]]:
    """What was found: the label, and value and name of each member."""
    return [
        (family.common.label, [(value, slo.name) for value, slo in family.members.items()]) for family in find(slos)
    ]


def test_slos_that_differ_in_one_label_are_a_family() -> None:
    """The value of that label tells which series are whose."""
    assert together(by_route()) == [("route", [("/a", "s0"), ("/b", "s1"), ("/c", "s2"), ("/d", "s3")])]


def test_three_slos_are_none() -> None:
    """Their rules would be harder to read, and no cheaper."""
    assert together(by_route(ROUTES[:3])) == []


@pytest.mark.parametrize(
    "other",
    [
        {"sli": events("/e", job="other")},
        {"sli": events("/e", bad='code="500"')},
        {"sli": pair('{job="api",route="/e"}', '{job="api",code=~"5.."}')},
        {"sli": pair('{job="api",route=~"/e"}', '{job="api",route=~"/e",code=~"5.."}')},
        {"sli": pair('{job="api",route="/e",route!=""}', '{job="api",route="/e",route!="",code=~"5.."}')},
        {"sli": pair('{job="api",route="/e"}', '{job="api",route="/f",code=~"5.."}')},
        {"sli": Events(parse_query('rate(http_total{job="api",route="/e"}[$window])'), None, events("/e").bad)},
        {"sli": events("")},
        {"sli": events("/c")},
        {"sli": Sliced(events("/e"), objective().objective, None)},
        {"sli": events("/e"), "scrape_interval": 30},
        {"sli": events("/e"), "excluded": "pause == 1"},
        {"sli": events("/e"), "bridge": True},
        {"sli": events("/e"), "group_by": ("tenant",)},
    ],
    ids=[
        "another job",
        "other errors",
        "a selector without the label",
        "a pattern of values",
        "a label that is matched twice",
        "a selector with another value",
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
    (family,) = find([*by_route(), replace(objective("fifth"), **other)])
    assert [slo.name for slo in family.members.values()] == ["s0", "s1", "s2", "s3"]


@pytest.mark.parametrize(
    "sli",
    [
        lambda route: Threshold(parse_selector(f'depth{{route="{route}"}}'), Decimal(5), above=False),
        lambda route: Events(parse_query("rate(http_total[$window])"), None, events(route).bad),
    ],
    ids=["minutes", "a total that is the same expression"],
)
def test_what_is_not_told_by_selectors_of_events_is_no_family(sli: Callable[[str], Sli]) -> None:
    """However many there are."""
    assert find([objective(f"s{n}", sli=sli(route)) for n, route in enumerate(ROUTES)]) == []


def test_a_fifth_slo_that_does_not_joins_them() -> None:
    """Whatever else is different, the order of its matchers included."""
    other = objective(
        "fifth",
        service="other",
        objective=Decimal("0.9"),
        window=DAY,
        title="Another",
        sli=pair('{route="/e",job="api"}', '{code=~"5..",route="/e",job="api"}'),
    )
    (family,) = find([*by_route(), other])
    assert [slo.name for slo in family.members.values()] == ["s0", "s1", "s2", "s3", "fifth"]


@pytest.mark.parametrize("label", ["without", "NaN", "inf", "__address__"])
def test_no_family_by_a_label_that_an_aggregation_cannot_name(label: str) -> None:
    """PromQL reads some names as words of its own behind `by`."""
    slos = [objective(f"s{n}", sli=pair(f'{{{label}="v{n}"}}', f'{{{label}="v{n}",code="500"}}')) for n in range(5)]
    assert find(slos) == []


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


def test_a_rule_names_about_a_hundred_values() -> None:
    """The rest is in other rules, with marks of their own, and every SLO in one of them."""
    slos = by_route(tuple(f"/{number:03}" for number in range(350)))
    sizes = [len(family.members) for family in find(slos)]
    assert len(sizes) == 4
    assert sum(sizes) == 350
    assert max(sizes) < 120
    base = [rule for rule in _records(slos) if rule.name == "slo:events:5m" and ("kind", "covered") not in rule.labels]
    assert len({rule.labels for rule in base}) == 8


def test_another_slo_moves_none_from_rule_to_rule() -> None:
    """A series that moves would miss a sample."""
    few = tuple(f"/{number:03}" for number in range(350))
    before, after = ({v: f.part for f in find(by_route(routes)) for v in f.members} for routes in (few, ("/!", *few)))
    assert {value: after[value] for value in before} == before


def test_two_rules_count_a_family_and_each_slo_keeps_its_facts() -> None:
    """The facts come first, since the counts read them; nothing else has the label `source`."""
    rules = _records([*by_route(), objective("lone")])
    assert [rule.name for rule in rules[:8]] == [
        *["slo:events:5m"] * 2,
        *["slo:info"] * 4,
        *["slo:events:5m"] * 2,
    ]
    assert [dict(rule.labels).get("source") for rule in rules if rule.name == "slo:info"] == [*ROUTES, None]


def test_slos_of_no_family_are_counted_first() -> None:
    """One that leaves a family has a sample before the rule of the family says that its series has ended."""
    counts = [rule for rule in _records([*by_route(), objective("lone")]) if ("kind", "bad") in rule.labels]
    assert [dict(rule.labels).get("slo") for rule in counts] == ["lone", None]


def test_no_two_rules_have_the_same_labels() -> None:
    """Prometheus could not tell the rules of two families apart."""
    slos = [
        *by_route(),
        *(objective(f"j{n}", sli=pair(f'{{route="/{n}"}}', f'{{route="/{n}",code="5"}}')) for n in "abcd"),
    ]
    labels = [rule.labels for rule in _counted(slos)]
    assert len(set(labels)) == len(labels) == 4


def test_the_mark_of_a_family_does_not_depend_on_its_members() -> None:
    """Prometheus knows the rule again when an SLO comes or goes."""
    few, many = ([rule.labels for rule in _counted(by_route(routes))] for routes in (ROUTES, (*ROUTES, "/e")))
    assert few == many


def test_the_default_layout_has_no_families() -> None:
    """Each SLO is read by rules of its own, which a person can follow."""
    (group, *_) = plan(slo_set(*by_route()), Scale()).groups
    counts = [rule for rule in group.rules if rule.name == "slo:events:5m" and ("kind", "bad") in rule.labels]
    assert len(counts) == 4


def _counted(slos: list[Slo]) -> list[Record]:
    return [rule for rule in families.base_and_info("svc-0", slos, Scale())[0] if rule.name != "slo:info"]


def _records(slos: list[Slo]) -> list[Record]:
    (group, *_) = plan(slo_set(*slos), Scale(), SHARED).groups
    return [rule for rule in group.rules if isinstance(rule, Record)]
