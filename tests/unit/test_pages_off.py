"""`alerts: {page: off}` and `{page: ticket}`: SLOs without pages, and everything that follows from the tiers."""

from __future__ import annotations

from decimal import Decimal

import pytest

from slo.burnrate import tiers
from slo.errors import CompileError
from slo.explain.collect import collect
from slo.explain.text import text
from slo.lint import lint
from slo.load import Source
from slo.model import AlertSettings, Scale, Slo
from slo.pipeline import Request, compile_sources
from slo.plan import plan
from slo.plan.rules import Plan
from tests.specimens import DAY, objective, slo_set

SPEC = """\
version: 1
service: shop
owner: crew
defaults: {{objective: 99.9%, alerts: {{{shared}}}}}
slos: [{{name: one, title: One, {more}alerts: {{{own}}}, sli: {{events: {{total: a_total, bad: b_total}}}}}}]
"""


def built(own: str = "", shared: str = "", more: str = "") -> Plan:
    """The plan of a file with these keys of `alerts`, in its SLO and in `defaults`."""
    source = Source("slos.yaml", SPEC.format(own=own, shared=shared, more=more))
    return compile_sources([source], Request(("prometheus",)))[0].plan


def severities(own: str = "", shared: str = "") -> dict[str, str]:
    """The severity of each alert, by tier."""
    return {fact.tier: fact.severity for fact in built(own, shared).slos[0].alerts}


TICKETS = {"ticket-fast": "ticket", "ticket-slow": "ticket"}
OTHERS = {"exhausted": "ticket", "no-data": "ticket"}


@pytest.mark.parametrize("off", ["off", "'off'", '"off"'])
def test_off_leaves_the_paging_tiers_out(off: str) -> None:
    """The word needs no quotes, and may have them."""
    assert severities(f"page: {off}") == TICKETS | OTHERS


def test_ticket_keeps_all_tiers_as_tickets() -> None:
    """The same windows, thresholds and names; only the severity differs."""
    paging, quiet = objective(), objective(page="ticket")
    assert {tier.severity for tier in tiers(quiet)} == {"ticket"}
    assert [(t.name, t.long, t.short, t.threshold) for t in tiers(quiet)] == [
        (t.name, t.long, t.short, t.threshold) for t in tiers(paging)
    ]
    assert set(severities("page: ticket").values()) == {"ticket"}


@pytest.mark.parametrize(("pages", "left"), [("ticket", {"page-slow", "ticket-slow"}), ("off", {"ticket-slow"})])
def test_disabled_tiers_stay_disabled(pages: str, left: set[str]) -> None:
    """Whichever severity they would have."""
    found = severities(f"page: {pages}, disable: [page-fast, ticket-fast]")
    assert found == dict.fromkeys(left, "ticket") | OTHERS


@pytest.mark.parametrize(
    ("own", "shared", "no_data", "exhausted"),
    [
        ("page: off, target: up", "", "ticket", "ticket"),
        ("target: up", "page: off", "ticket", "ticket"),
        ("page: off", "target: up, exhausted: page", "ticket", "ticket"),
        ("page: ticket", "no_data: page, exhausted: page", "ticket", "ticket"),
        ("no_data: page", "page: off, exhausted: off", "page", None),
        ("page: on, target: up", "page: off", "page", "ticket"),
        ("page: on, no_data: page", "page: off", "page", "ticket"),
        ("page: ticket, no_data: off", "exhausted: page", None, "ticket"),
    ],
)
def test_pages_that_are_no_tiers(own: str, shared: str, no_data: str | None, exhausted: str | None) -> None:
    """A page that is implied or comes from `defaults` becomes a ticket; an SLO that asks for a page gets it."""
    found = severities(own, shared)
    assert (found.get("no-data"), found.get("exhausted")) == (no_data, exhausted)


def test_on_undoes_the_default() -> None:
    """An SLO decides for itself."""
    assert severities("page: on", "page: off") == severities()


@pytest.mark.parametrize("pages", ["off", "ticket"])
@pytest.mark.parametrize("key", ["no_data", "exhausted"])
def test_a_page_beside_pages_off_is_a_contradiction(pages: str, key: str) -> None:
    """In the mapping of an SLO and in `defaults`; the hint has the repair."""
    said = f"page: {pages}, {key}: page"
    for own, shared in ((said, ""), ("", said)):
        with pytest.raises(CompileError) as caught:
            built(own, shared)
        (found,) = caught.value.diagnostics
        assert (found.code, found.place.path[-1]) == ("SLO166", key)
        assert f"write {key}: ticket" in found.hint


def test_traffic_asks_for_as_many_bad_events_as_of_a_page() -> None:
    """A tier that raises tickets instead of pages is no noisier; without these tiers chance hardly matters."""

    def least(own: str) -> int:
        return built(own, more="traffic: {per_second: 0.1}, ").slos[0].slo.alerts.min_bad_events

    assert (least(""), least("page: ticket"), least("page: off")) == (9, 9, 2)


def test_a_policy_without_other_tiers_has_no_burn_rate_alert() -> None:
    """SLO105 points at `page`; with the other alerts off, SLO106 says that nothing is left."""
    quick = objective(page="off", disable=("ticket-fast", "ticket-slow"))
    silent = objective("b", page="off", disable=("ticket-fast", "ticket-slow"), no_data="off", exhausted="off")
    found = {d.code: d.place.path for d in lint(plan(slo_set(quick, silent), Scale()))}
    assert found["SLO105"] == ("alerts", "page")
    assert "SLO106" in found


@pytest.mark.parametrize(
    ("slo", "said", "unsaid"),
    [
        (objective(page="off"), ["Disabled: page-fast, page-slow."], ["sends each page"]),
        (objective(page="ticket"), ["raise tickets (page: ticket)", "page-fast (ticket)"], ["sends each page"]),
        (objective(disable=("ticket-slow",)), ["Disabled: ticket-slow.", "sends each page"], ["page: ticket"]),
        (objective(page="off", window=7 * DAY), ["ticket-fast"], ["page-slow (page)"]),
    ],
)
def test_explain(slo: Slo, said: list[str], unsaid: list[str]) -> None:
    """The tables have the tiers that are left, and the text names what is off and that nothing pages."""
    (planned,) = plan(slo_set(slo), Scale()).slos
    words = " ".join(text(collect(planned)).split())
    assert [each for each in said if each not in words] == []
    assert [each for each in unsaid if each in words] == []


def test_members_with_other_objectives_follow() -> None:
    """The thresholds of a member come from the same tiers."""
    assert [tier.name for tier in tiers(objective(page="off"), Decimal("0.01"))] == ["ticket-fast", "ticket-slow"]
    assert AlertSettings().page == "on"
