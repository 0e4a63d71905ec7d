"""`depends_on`: which SLOs are causes and symptoms of which, across files, and what inhibition makes of it."""

from __future__ import annotations

from typing import Any

import pytest

from slo.errors import CompileError
from slo.explain.collect import collect
from slo.explain.text import text
from slo.lint import lint
from slo.load import Source
from slo.model import Slo
from slo.pipeline import Compiled, Request, attempt, compile_sources
from tests.documents import load

TOP = "version: 1\nservice: {service}\nowner: crew\n{top}slos:\n"
SLO = "  - {{name: {name}, title: {name}, objective: 99.9%, {more}sli: {{events: {{total: a_total, bad: b_total}}}}}}\n"


def file(service: str = "shop", top: str = "", **slos: str) -> Source:
    """A file with these SLOs and their further keys."""
    text = TOP.format(service=service, top=top)
    return Source(f"{service}.yaml", text + "".join(SLO.format(name=n, more=more) for n, more in slos.items()))


def built(*files: Source, targets: tuple[str, ...] = ("alertmanager",)) -> tuple[Compiled, ...]:
    """The sets of some files."""
    return compile_sources(files, Request(targets))


def slos(*files: Source) -> dict[str, Slo]:
    """All SLOs by their full name."""
    return {f"{p.slo.service}/{p.slo.name}": p.slo for one in built(*files) for p in one.plan.slos}


def rules(*files: Source) -> list[dict[str, Any]]:
    """The inhibition rules of the first file that are about causes."""
    (config,) = built(*files)[0].files.values()
    return [rule for rule in load(config)["inhibit_rules"] if 'severity="page"' in rule["target_matchers"]]


def wrong(*files: Source) -> list[tuple[str, str, str]]:
    """Code, message and hint of each error."""
    with pytest.raises(CompileError) as caught:
        built(*files)
    return [(d.code, d.message, d.hint) for d in caught.value.diagnostics]


CHAIN = file(web="depends_on: [orders], ", orders="depends_on: [database], alerts: {page: off}, ", database="")


def test_causes_of_causes_are_causes() -> None:
    """The page of web holds back that of the database, although the SLO between them never pages."""
    found = slos(CHAIN)
    assert [str(cause) for cause in found["shop/web"].causes] == ["shop/database", "shop/orders"]
    assert found["shop/database"].symptoms == (("shop", "web"),)  # orders does not page
    sources = [[m for m in rule["source_matchers"] if m.startswith(("slo", "tier"))] for rule in rules(CHAIN)]
    assert sources == [['tier="page-fast"', 'slo="web"'], ['tier="page-slow"', 'slo="web"']]
    assert {matcher for rule in rules(CHAIN) for matcher in rule["target_matchers"]} == {
        'severity="page"',
        'service="shop"',
        'slo=~"database|orders"',
    }


def test_files_of_one_build_are_checked_together() -> None:
    """An SLO of another set is known, and so is what it depends on; a wrong name in that file is an error."""
    pay = file("pay", card="depends_on: [shop/bank], ")
    shop = file(web="depends_on: [pay/card], ", bank="")
    assert [str(cause) for cause in slos(shop, pay)["shop/web"].causes] == ["pay/card", "shop/bank"]
    assert slos(pay, shop)["pay/card"].symptoms == (("shop", "web"),)
    assert [rule["target_matchers"][1:] for rule in rules(shop, pay)[:2]] == [
        ['service="pay"', 'slo="card"'],
        ['service="shop"', 'slo="bank"'],
    ]
    ((code, message, hint),) = wrong(file(web="depends_on: [pay/cards], "), file("pay", card=""))
    assert (code, message) == ("SLO167", 'unknown SLO "cards" in service "pay"')
    assert hint == 'did you mean "pay/card"?'


def test_a_service_of_another_build_is_not_checked() -> None:
    """Its SLO is inhibited by name; only `slo lint` says that nothing checked the name."""
    source = file(web="depends_on: [pay/card], ")
    assert rules(source)[0]["target_matchers"] == ['severity="page"', 'service="pay"', 'slo="card"']
    assert [d.code for d in lint(built(source)[0].plan) if d.code == "SLO171"] == ["SLO171"]


def test_the_choices_are_few() -> None:
    """Of a large service ten names are listed, and how many more there are."""
    many = {f"slo{number}": "" for number in range(14)}
    ((_, _, hint),) = wrong(file(web="depends_on: [pay/zzzzzzzzz], "), file("pay", **many))
    assert hint.startswith("known: pay/slo0, pay/slo1, ")
    assert hint.endswith(", pay/slo5 and 4 more; or build the file that has it, too")
    assert hint.count("pay/") == 10


@pytest.mark.parametrize("name", ["Pay/card", "pay/Card", "/card", "pay/", "a/b/c"])
def test_a_reference_is_two_names(name: str) -> None:
    """Both are written as in `service` and `name`."""
    assert [code for code, _, _ in wrong(file(web=f"depends_on: ['{name}'], "))] == ["SLO020"]


def test_cycles_through_several_files_are_found() -> None:
    """Each cycle is reported once, with every SLO on it."""
    found = wrong(
        file(a="depends_on: [b], ", b="depends_on: [pay/c], ", d="depends_on: [a], "),
        file("pay", c="depends_on: [shop/a], "),
    )
    assert [(code, message.partition(";")[0]) for code, message, _ in found] == [
        ("SLO168", "dependency cycle: shop/a -> shop/b -> pay/c -> shop/a")
    ]


def test_nothing_is_unknown_because_of_another_error() -> None:
    """An SLO that is left out for a mistake of its own exists."""
    mistakes = {
        "objective: 99.9%": "objective: 100%",
        "title: card": "titel: card",
        "total: a_total": "total: 'a{'",
        "sli: {events": "sli: {evnts",
    }
    for old, new in mistakes.items():
        shop = file(web="depends_on: [card, pay/card], ")
        pay = file("pay", card="")
        more = Source("more.yaml", file("shop", top="set: more\n", card="").text.replace(old, new))
        outcome = attempt([shop, Source("pay.yaml", pay.text.replace(old, new)), more], Request())
        assert outcome.errors
        found = [*outcome.errors, *outcome.certain(d for plan in outcome.plans for d in lint(plan))]
        assert {d.code for d in found} & {"SLO167", "SLO171"} == set()


@pytest.mark.parametrize(
    ("top", "symptom", "cause", "equal"),
    [
        ("", "", "", None),
        ("alerting: {distinguish: [cluster]}\n", "", "", ["cluster"]),
        ("labels: {env: prod}\n", "", "", ["env"]),
        ("", "labels: {area: a}, ", "labels: {area: b}, ", None),
        ("labels: {env: prod}\n", "", "alerts: {labels: {env: dr}}, ", None),
        ("", "group_by: [region], ", "", None),
        ("", "", "group_by: [region], ", None),
        ("", "group_by: [region, tenant], ", "group_by: [zone, region], ", ["region"]),
        ("", "labels: {region: eu}, ", "group_by: [region], ", ["region"]),
        ("", "group_by: [region], ", "alerts: {labels: {region: eu}}, ", ["region"]),
        ("alerting: {distinguish: [region]}\n", "group_by: [region], ", "group_by: [region], ", ["region"]),
    ],
)
def test_what_has_to_be_equal(top: str, symptom: str, cause: str, equal: list[str] | None) -> None:
    """External labels, and labels that both alerts have, unless `labels` give them different values."""
    found = rules(file(top=top, web=f"depends_on: [db], {symptom}", db=cause))
    assert [rule.get("equal") for rule in found] == [equal, equal]


def test_causes_share_a_rule_where_they_can() -> None:
    """One rule for each service and set of equal labels, in an order that does not depend on that of the file."""
    source = file(web="depends_on: [c, pay/a, b], group_by: [region], ", b="group_by: [region], ", c="")
    assert [(rule["target_matchers"][-1], rule.get("equal")) for rule in rules(source)[:3]] == [
        ('slo="a"', ["region"]),
        ('slo="b"', ["region"]),
        ('slo="c"', None),
    ]


def test_a_cause_of_another_build_is_held_back_only_where_all_labels_are_equal() -> None:
    """Its labels are unknown, and a page of staging must not inhibit one of production."""
    (rule, *_) = rules(file(top="labels: {env: staging}\n", web="depends_on: [pay/a], group_by: [region], "))
    assert rule["equal"] == ["env", "region"]


def test_nothing_changes_without_dependencies() -> None:
    """A symptom without paging tiers has no rule either."""
    assert rules(file(web="", db="")) == []
    assert rules(file(web="depends_on: [db], alerts: {page: ticket}, ", db="")) == []


def test_a_missing_configuration_is_reported_once() -> None:
    """SLO169 is about `outputs` of the file, and not about each of its dependencies."""
    source = file(top="outputs: {prometheus: rules.yml}\n", web="depends_on: [db], ", api="depends_on: [db], ", db="")
    (compiled,) = built(source, targets=())
    assert [d.code for d in lint(compiled.plan) if d.code == "SLO169"] == ["SLO169"]


@pytest.mark.parametrize(
    ("name", "said"),
    [
        (
            "web",
            "While a burn-rate alert pages, the target alertmanager inhibits pages of shop/database, shop/orders.",
        ),
        ("orders", "Possible causes: shop/database. Symptoms: shop/web."),
        ("database", "The target alertmanager inhibits its pages while one of these pages: shop/web."),
    ],
)
def test_explain(name: str, said: str) -> None:
    """The alerts of an SLO, and whose pages hold back which."""
    planned = next(p for p in built(CHAIN)[0].plan.slos if p.slo.name == name)
    assert said in " ".join(text(collect(planned)).split())
