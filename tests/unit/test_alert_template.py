"""Alerts of SLOs that are alike: spelled once and filled in, they are what each SLO would get alone."""

from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from slo.emit.rulefile import group, rule
from slo.emit.stencil import stencil
from slo.model import Links, Override, Scale, Slo
from slo.plan import plan
from slo.plan.alerting.alerts import rules as alone
from slo.plan.kin import Kin
from slo.plan.rules import Alert, Group
from slo.promql import Matcher, Selector
from slo.query import parse_query
from slo.sli.events import Events
from slo.sli.freshness import Freshness
from tests.specimens import DAY, latency, objective, slo_set

TEXTS = st.text(
    st.sampled_from("ab Z9.,:;-_#%{}[]()&*!|>?@`~$/\\\"'\n\t\x03\x06\x07\x85\u2028é€😀"), min_size=1, max_size=20
) | st.sampled_from(["{{ $value }}", "yes", "null", "- a", "blankxslo", "%(slo)s", "100 % of it", "a: b # c"])
NAMES = st.sampled_from(["a", "b-1", "on", "no", "y", "null", "true", "long-name-0", "x9"])


@st.composite
def families(draw: st.DrawFn) -> tuple[Slo, ...]:
    """SLOs that differ in what each fills in, and have the rest in common."""
    annotations = tuple(sorted(draw(st.dictionaries(st.sampled_from(["summary", "note"]), TEXTS, max_size=2)).items()))
    common: dict[str, Any] = {
        "team": draw(TEXTS | st.just("")),
        "labels": draw(st.just(()) | TEXTS.map(lambda text: (("env", text),))),
        "annotations": annotations,
        "group_by": draw(st.sampled_from([(), ("tenant",)])),
        "links": Links(draw(st.sampled_from(["", "http://r/{alert}", "http://r/{service}/{slo}?a='b'#{uid}"]))),
    }
    names = draw(st.lists(NAMES, min_size=6, max_size=8, unique=True))
    return tuple(
        objective(
            name,
            service=draw(st.shared(NAMES, key="service")),
            title=draw(TEXTS),
            sli=Events(
                Selector(f"m{number}_total"), None, Selector(f"m{number}_total", (Matcher("a", "=", draw(TEXTS)),))
            ),
            **common,
        )
        for number, name in enumerate(names)
    )


@given(families())
def test_what_is_filled_in_is_what_is_spelled_out(slos: tuple[Slo, ...]) -> None:
    """Every alert of a family, whatever its members wrote, is the one that the SLO would get alone."""
    made = plan(slo_set(*slos), Scale())
    spelled = tuple(alert for planned in made.slos for alert in alone(planned, Scale()))

    assert made.groups[0].rules[-len(spelled) :] == spelled


@given(families())
def test_the_text_that_is_filled_in_is_the_text_that_is_written(slos: tuple[Slo, ...]) -> None:
    """A rule file says the same, byte for byte, whether or not its alerts were written one by one."""
    (alike, *_) = plan(slo_set(*slos), Scale()).groups

    assert group(alike) == group(Group(alike.name, alike.interval, alike.rules, alike.shard))


@pytest.mark.parametrize(
    "change",
    [
        {"group_by": ("tenant",), "overrides": (Override((("tenant", "a"),), Decimal("0.99")),)},
        {"group_by": ("tenant",)},
        {"links": Links("http://r/{alert}")},
        {"excluded": "vector(1)"},
        {"objective": Decimal("0.99")},
        {"window": 7 * DAY},
        {"sli": latency()},
        {"sli": Freshness(parse_query("last_success"), Decimal(60))},
        {"team": "other"},
        {"labels": (("env", "prod"),)},
        {"annotations": (("note", "n"),)},
        {"min_bad_events": 9},
        {"target": 'up{job="a"}'},
        {"no_data": "off"},
        {"disable": ("page-slow",)},
    ],
    ids=str,
)
@pytest.mark.parametrize("shards", [1, 2])
def test_whoever_differs_in_anything_else_is_no_kin(change: dict[str, Any], shards: int) -> None:
    """Each SLO gets the alerts that it would get alone where half of them differ from the rest in one thing."""
    common: dict[str, Any] = {"group_by": ("tenant",)} if "overrides" in change else {}
    slos = [
        objective(f"{half}{n}", **{**common, **more}) for n in range(20) for half, more in (("a", {}), ("b", change))
    ]
    made = plan(slo_set(*slos, shards=shards), Scale())

    groups = [group_ for group_ in made.groups if group_.name == f"slo-{group_.shard}"]
    assert len(groups) == shards
    for group_ in groups:
        spelled = [a for p in made.slos if group_.name == f"slo-{p.shard}" for a in alone(p, Scale())]
        assert any(isinstance(part, Kin) for part in group_.parts)
        assert list(group_.rules[-len(spelled) :]) == spelled


def test_a_title_that_is_a_blank_does_not_make_blanks_of_other_texts() -> None:
    """A note with a control character stays as it is, also where the title of the first SLO is that character."""
    slos = [objective(f"s{n}", title="\x06" if n == 0 else "T", annotations=(("note", "\x06"),)) for n in range(6)]
    alerts = [rule for rule in plan(slo_set(*slos), Scale()).groups[0].rules if isinstance(rule, Alert)]

    assert {dict(alert.annotations)["note"] for alert in alerts} == {"\x06"}


def test_what_is_filled_into_a_link_makes_no_new_hole() -> None:
    """A link is filled in once: a service called `l` within `{s{service}o}` is no SLO, for one SLO or for many."""
    slos = [objective(f"s{n}", service=name, links=Links("http://r/{s{service}o}")) for name in "al" for n in range(6)]
    made = plan(slo_set(*slos), Scale())
    spelled = tuple(alert for planned in made.slos for alert in alone(planned, Scale()))

    assert made.groups[0].rules[-len(spelled) :] == spelled
    assert dict(spelled[-1].annotations)["runbook_url"] == "http://r/{slo}"


def test_a_family_is_spelled_once() -> None:
    """Six SLOs that are alike share a pattern whose blanks are filled in; five of a kind are not worth it."""
    few = plan(slo_set(*(objective(f"s{n}") for n in range(5))), Scale()).groups[0].parts
    many = plan(slo_set(*(objective(f"s{n}") for n in range(6)), objective("z", team="other")), Scale()).groups[0].parts
    kin = [part for part in many if isinstance(part, Kin)]

    assert not any(isinstance(part, Kin) for part in few)
    assert len(kin) == 6
    assert len({id(part.pattern) for part in kin}) == 1
    assert all(stencil(part.pattern, rule).filled(part.filling) for part in kin)


def test_awkward_texts_are_written_one_by_one() -> None:
    """An apostrophe in a title asks for other quotes, and a service called `on` for some: neither is filled in."""
    slos = [objective(f"s{n}") for n in range(6)]
    quoted = [*slos, objective("s9", title="It's down")]
    services = [objective(f"s{n}", service="on") for n in range(6)]
    texts = []
    for family in (quoted, services):
        last = plan(slo_set(*family), Scale()).groups[0].parts[-1]
        assert isinstance(last, Kin)
        texts.append(stencil(last.pattern, rule).filled(last.filling))

    assert texts == ["", ""]
