"""Alert templates: written once and filled in, they give what each alert is when it is written alone."""

from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from slo.emit.rulefile import group
from slo.model import Links, Override, Scale, Slo
from slo.plan import plan
from slo.plan.rules import SHARD, Alert, Group, Record, TemplatedAlerts
from slo.plan.template import LABELS, QUIET, Template, Values, quoted, series
from slo.promql import Matcher, Selector
from slo.query import parse_query
from slo.sli.events import Events
from slo.sli.freshness import Freshness
from tests.specimens import DAY, latency, objective, slo_set

TEXTS = st.text(
    st.sampled_from("ab Z9.,:;-_#%{}[]()&*!|>?@`~$/\\\"'\n\t\x03\ue000\ue003\x85\u2028é€😀"), min_size=1, max_size=20
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
def test_the_text_of_templates_is_the_text_of_their_alerts(slos: tuple[Slo, ...]) -> None:
    """A rule file says the same, byte for byte, whether templates are filled in as text or each alert is written."""
    (alike, *_) = plan(slo_set(*slos), Scale()).groups

    assert any(isinstance(part, TemplatedAlerts) for part in alike.parts)
    assert group(alike) == group(Group(alike.name, alike.interval, alike.rules, alike.shard))


@given(families())
def test_each_slo_gets_the_alerts_that_it_gets_alone(slos: tuple[Slo, ...]) -> None:
    """What an SLO shares with others is not seen in its alerts."""
    alone = [a for slo in slos for a in plan(slo_set(slo), Scale()).groups[0].rules if isinstance(a, Alert)]
    together = [a for a in plan(slo_set(*slos), Scale()).groups[0].rules if isinstance(a, Alert)]

    assert together == alone


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
def test_slos_that_differ_have_the_alerts_that_they_have_alone(change: dict[str, Any]) -> None:
    """One that differs in a single setting gets no text of the others, wherever it is in the file."""
    common: dict[str, Any] = {"group_by": ("tenant",)} if "overrides" in change else {}
    slos = [
        objective(f"{half}{n}", **{**common, **more}) for n in range(3) for half, more in (("a", {}), ("b", change))
    ]
    alone = [a for slo in slos for a in plan(slo_set(slo), Scale()).groups[0].rules if isinstance(a, Alert)]
    group_ = plan(slo_set(*slos), Scale()).groups[0]

    assert [a for a in group_.rules if isinstance(a, Alert)] == alone
    assert group(group_) == group(Group(group_.name, group_.interval, group_.rules, group_.shard))


@pytest.mark.parametrize("name", ["shop", "1st", "a" * 40])
def test_the_rules_of_a_shard_are_those_that_it_has_alone(name: str) -> None:
    """What shards share is filled in with their name, also where it needs quotes, and no mark of a shard is left."""
    for part in plan(replace(slo_set(objective("a"), objective("b")), name=name, shards=2), Scale()).groups:
        assert group(part) == group(Group(part.name, part.interval, part.rules, part.shard))
        assert SHARD not in group(part)
        assert {dict(rule.labels)["shard"] for rule in part.rules if isinstance(rule, Record)} == {part.shard}


def test_values_are_not_searched_for_slots() -> None:
    """A title that is itself a slot stays as it is, and so does a note that holds one."""
    slos = [objective(f"s{n}", title=LABELS if n == 0 else "T", annotations=(("note", QUIET),)) for n in range(3)]
    alerts = [rule for rule in plan(slo_set(*slos), Scale()).groups[0].rules if isinstance(rule, Alert)]

    assert {dict(alert.annotations)["note"] for alert in alerts} == {QUIET}
    assert dict(alerts[0].annotations)["summary"].startswith(f"{LABELS}:")


def test_what_is_filled_into_a_link_makes_no_new_hole() -> None:
    """A link is filled in once: a service called `l` within `{s{service}o}` is no SLO."""
    slos = [objective(f"s{n}", service=name, links=Links("http://r/{s{service}o}")) for name in "al" for n in range(2)]
    alerts = [rule for rule in plan(slo_set(*slos), Scale()).groups[0].rules if isinstance(rule, Alert)]

    assert dict(alerts[0].annotations)["runbook_url"] == "http://r/{sao}"
    assert dict(alerts[-1].annotations)["runbook_url"] == "http://r/{slo}"


def test_slos_that_share_texts_share_templates() -> None:
    """Only one set of templates is made for SLOs with the same settings."""
    parts = (
        plan(slo_set(*(objective(f"s{n}") for n in range(3)), objective("z", min_bad_events=9)), Scale())
        .groups[0]
        .parts
    )
    templates = [part.templates for part in parts if isinstance(part, TemplatedAlerts)]

    assert len(templates) == 4
    assert len(set(map(id, templates))) == 2


def test_a_template_is_filled_in_one_pass() -> None:
    """Slots within string literals get the quoted labels; what is filled in stays."""
    template = Template.of(f"query {quoted(series('up', 'bad'))} of {series('up')}")
    values = Values(f'a="{QUIET}"', f'a=\\"{LABELS}\\"')

    assert template.filled(values) == f'query "up{{a=\\"{LABELS}\\",kind=\\"bad\\"}}" of up{{a="{QUIET}"}}'
