"""Target `grafana`: panels that Grafana can show, queries that Prometheus can answer from what the rules record."""

from __future__ import annotations

import json
import re
from itertools import combinations
from typing import Any

import promql_parser
import pytest

from slo.emit.panels import COLUMNS, Panel, Query, lines, placed
from slo.model import Scale, SloSet
from slo.plan import names
from tests.documents import load
from tests.specimens import DAY, emitted, latency, objective, slo_set

SERIES = re.compile(r"\bslo:[a-z_]+(?::[a-z0-9]+)?\b")
VARIABLE = re.compile(r"\$(\w+)")
AWKWARD = 'say "hi" ${__from} {{ . }} <b>\u2028 \\'


def members() -> SloSet:
    """Plain SLOs and groups by two labels, of several windows."""
    return slo_set(
        objective("a", title=AWKWARD, team=AWKWARD),
        objective("b", sli=latency(), window=7 * DAY),
        objective("c", group_by=("tenant",), window=DAY),
        objective("d", group_by=("tenant", "service_level")),
        shards=2,
        name="shop",
    )


def dashboard(slos: SloSet, scale: Scale | None = None) -> dict[str, Any]:
    """The dashboard as data."""
    return dict(json.loads(emitted("grafana", slos, scale)))


def queries(made: dict[str, Any]) -> list[str]:
    """The query of each target of each panel."""
    return [target["expr"] for panel in made["panels"] for target in panel["targets"]]


def one(title: str, made: dict[str, Any]) -> list[str]:
    """The queries of the chart with this title."""
    charts = [p for p in made["panels"] if p["title"] == title and p["type"] in {"timeseries", "state-timeline"}]
    return [target["expr"] for panel in charts for target in panel["targets"]]


def recorded(slos: SloSet, scale: Scale | None = None) -> set[str]:
    """Names of all series that the rules of the set record."""
    groups = load(emitted("prometheus", slos, scale))["groups"]
    return {rule["record"] for group in groups for rule in group["rules"] if "record" in rule}


SETS = {
    "groups": members(),
    "plain": slo_set(objective()),
    "without alerts": slo_set(objective(disable=("page-fast", "page-slow", "ticket-fast", "ticket-slow"))),
}


@pytest.mark.parametrize("slos", SETS.values(), ids=SETS)
@pytest.mark.parametrize("scale", [Scale(), Scale(60, 1, 1)], ids=["real time", "scaled"])
def test_every_query_reads_what_the_rules_record(slos: SloSet, scale: Scale) -> None:
    """It is PromQL, its series are ours (or those of our alerts), and its variables are on the dashboard."""
    made = dashboard(slos, scale)
    known = {variable["name"] for variable in made["templating"]["list"]}
    there = recorded(slos, scale)
    for query in queries(made):
        promql_parser.parse(query)
        series = set(SERIES.findall(query))
        assert series or "ALERTS{" in query
        assert series <= there
        assert set(VARIABLE.findall(query)) <= known
    for variable in made["templating"]["list"]:
        assert set(SERIES.findall(str(variable["query"]))) <= there


@pytest.mark.parametrize("slos", SETS.values(), ids=SETS)
def test_panels_lie_on_the_grid(slos: SloSet) -> None:
    """Each has its own id and its own place, within the 24 columns."""
    panels = dashboard(slos)["panels"]
    assert [panel["id"] for panel in panels] == list(range(1, len(panels) + 1))
    cells = [
        {(x, y) for x in range(p["x"], p["x"] + p["w"]) for y in range(p["y"], p["y"] + p["h"])}
        for p in (panel["gridPos"] for panel in panels)
    ]
    assert all(not a & b for a, b in combinations(cells, 2))
    assert all(0 <= x < COLUMNS and y >= 0 for place in cells for x, y in place)
    assert all(len({t["refId"] for t in panel["targets"]}) == len(panel["targets"]) for panel in panels)


def test_what_grafana_needs_is_there() -> None:
    """The schema is one that versions 10 to 12 read; the data source is a choice of whoever looks at it."""
    made = dashboard(members())
    assert 39 <= made["schemaVersion"] <= 41
    assert made["uid"] == "slo-shop"
    assert made["title"] == "SLOs of shop"
    assert all(panel["datasource"]["uid"] == "${datasource}" for panel in made["panels"])
    assert all(panel["type"] and panel["title"] and panel["description"] for panel in made["panels"])
    assert {panel["type"] for panel in made["panels"]} == {"table", "stat", "timeseries", "state-timeline"}


def test_the_variables_choose_service_slo_and_members() -> None:
    """One variable for each label that SLOs are grouped by; its name is no other variable's, whatever the label is."""
    made = dashboard(members())["templating"]["list"]
    assert [v["name"] for v in made] == ["datasource", "service", "slo", "group_service_level", "group_tenant"]
    assert [v["name"] for v in dashboard(slo_set())["templating"]["list"]] == ["datasource", "service", "slo"]
    assert all(v["allValue"] == ".*" for v in made if v["includeAll"])
    assert 'tenant=~"$group_tenant"' in one("Error ratio: $slo", dashboard(members()))[0]


def test_variables_of_quoted_labels_have_plain_names() -> None:
    """Grafana takes letters, digits and _; two labels that would be called the same are told apart."""
    by = ("http.route", "http_route")
    shown = dashboard(slo_set(objective("a", group_by=by)))
    names = [v["name"] for v in shown["templating"]["list"]][3:]
    assert [name.isidentifier() for name in names] == [True, True]
    assert len(set(names)) == 2
    assert names[1] == "group_http_route"
    assert f'"http.route"=~"${names[0]}",http_route=~"$group_http_route"' in one("Error ratio: $slo", shown)[0]
    assert [v["query"]["query"].rpartition(", ")[2] for v in shown["templating"]["list"][3:]] == [
        "http.route)",
        "http_route)",
    ]


def test_a_group_is_shown_as_a_whole_too() -> None:
    """Where there is one."""
    shown = " ".join(queries(dashboard(members())))
    assert names.ROLLUP_REMAINING in shown
    assert {"slo:rollup_error_ratio:1d", "slo:rollup_error_ratio:30d"} <= set(SERIES.findall(shown))
    assert "rollup" not in " ".join(queries(dashboard(slo_set())))


def test_scaled_dashboards_name_the_time_that_passes() -> None:
    """An hour of the specification is a minute; the table shows the time scale."""
    real, scaled = json.dumps(dashboard(slo_set())), json.dumps(dashboard(slo_set(), Scale(60, 1, 1)))
    for text, short in (
        ("last five minutes", "last 5s"),
        ("Events in five minutes", "Events in 5s"),
        ("Burn 6h", "Burn 6m"),
    ):
        assert (text in real, short in real) == (True, False)
        assert (text in scaled, short in scaled) == (False, True)
    assert ('"Time scale"' in real, '"Time scale"' in scaled) == (False, True)


def test_the_burn_rate_is_that_of_the_alerts() -> None:
    """With the recorded share of the window, in the seconds that the server counts."""
    burn, legends = one("Burn rate: $slo", dashboard(slo_set(), Scale(60, 1, 1))), []
    assert "* ignoring (kind) clamp_max(slo:events:1h{" in burn[0]
    assert re.search(r"/ 60\s+\+ \(slo:events:1h{[^}]+} >= bool 20\), 1\) / slo:budget:ratio{", burn[0])
    made = dashboard(slo_set(), Scale(60, 1, 1))
    for panel in made["panels"]:
        if panel["title"] == "Burn rate: $slo" and panel["type"] == "timeseries":
            legends = [target["legendFormat"] for target in panel["targets"]]
    assert legends[:4] == ["1m", "6m", "24m", "1h12m"]


def test_each_tier_has_its_own_threshold() -> None:
    """A line at the burn rate above which a tier fires, for the SLOs whose policy has it."""
    slos = slo_set(objective("month"), objective("week", window=7 * DAY))
    lines = [query for query in one("Burn rate: $slo", dashboard(slos)) if "group(" in query]
    assert {query.partition(" ")[0] for query in lines if 'slo=~"month"' in query} == {"14.4", "6", "3"}
    assert {query.partition(" ")[0] for query in lines if 'slo=~"week"' in query} == {"13.44", "3.5", "1.4"}
    assert not any("slo=~" in query for query in one("Burn rate: $slo", dashboard(slo_set())))


def test_alerts_are_marked_and_keep_their_member() -> None:
    """The annotation and the timeline name tier and member; a quiet SLO has a row that ends no state."""
    made = dashboard(members())
    (mark,) = made["annotations"]["list"]
    assert mark["target"]["expr"].startswith("ALERTS{")
    firing, quiet = one("Alerts: $slo", made)
    assert "tenant" in firing
    assert quiet.startswith("0 * ")


def test_only_shards_of_the_set_are_shown() -> None:
    """A set whose name another one begins with is another set."""
    for query in queries(dashboard(members())):
        assert 'shard=~"shop-[0-9]+"' in query or "ALERTS" in query


def test_it_says_who_made_it_where_slo_looks_for_it() -> None:
    """JSON has no comments: the description comes first and begins with the mark."""
    made = emitted("grafana", members())
    assert made.startswith(
        '{\n  "description": "Generated by slobox (grafana of set shop) from slos.yaml. Do not edit.'
    )
    assert AWKWARD not in made


def test_names_that_are_too_long_for_grafana_are_shortened() -> None:
    """And two of them stay different; the links on alerts lead to the same uid."""
    uids = {names.dashboard_uid("a" * 62 + end) for end in "ab"}
    assert len(uids) == 2
    assert all(len(uid) == 40 for uid in uids)
    assert names.dashboard_uid("a" * 36) == "slo-" + "a" * 36


def test_panels_wrap_and_have_any_number_of_queries() -> None:
    """A row ends where the next panel has no room; the 27th query is A1."""
    panel = Panel("t", "d", 10, 4, tuple(Query("up", "x") for _ in range(28)), lines("none"))
    made = placed([panel] * 3)
    assert [(p["gridPos"]["x"], p["gridPos"]["y"]) for p in made] == [(0, 0), (10, 0), (0, 4)]
    assert [target["refId"] for target in made[0]["targets"]][25:] == ["Z", "A1", "B1"]
