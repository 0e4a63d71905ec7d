"""The page of an SLO: ranges, charts with what is shaded, words, runbooks, links to other programs."""

from __future__ import annotations

import html
import json
import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest

from slo.observe.client import Client
from slo.serve.app import create_app
from slo.serve.config import Config, Notice
from slo.serve.links import Outside, query_path, source_path
from slo.serve.periods import Period
from slo.serve.prometheus import Prometheus
from slo.serve.rules import Rules
from slo.serve.runbooks import Runbooks
from slo.serve.specification import read
from tests.serve.servers import HOSTILE, Known, Opened
from tests.serving import serving

PAGE = "/slo?service=shop&slo=checkout"
SPECIFICATION = """\
version: 1
service: shop
slos:
  - name: checkout
    objective: 99.9%
    sli: {events: {total: http_requests_total, bad: 'http_requests_total{status=~"5.."}'}}
"""


@contextmanager
def opened(known: Known, **more: object) -> Iterator[Opened]:
    """The pages over a fake server, with more configuration."""
    with serving(known.answer) as url:
        app = create_app(Config(Client(url), seconds=3_600, **more))  # type: ignore[arg-type] # fields of Config
        app.state.site.refresher.refresh()
        yield Opened(app, app.state.site.refresher)


def burning() -> Known:
    """An SLO with an alert rule, which fires."""
    known = Known()
    known.slo(burn=20)
    known.alert()
    which = '{shard="shop-0",service="shop",slo="checkout"}'
    query = f"slo:error_ratio:1h{which} > 0.0144 and slo:error_ratio:5m{which} > 0.0144"
    labels = {"service": "shop", "slo": "checkout", "severity": "page", "tier": "page-fast"}
    known.rules = [{"name": "ShopBudgetBurn", "type": "alerting", "query": query, "labels": labels}]
    return known


def test_a_notice_is_shown_while_it_has_series() -> None:
    """Faults that are on are named above the list, for all viewers by one query more: twelve in all."""
    known = Known()
    known.slo()
    known.samples.append(({"__name__": "fault_active", "fault": "errors", "service": HOSTILE[:60]}, 1))
    with opened(known, notice=Notice("Faults", "fault_active == 1")) as site:
        assert len(known.queries) == 12
        text = site.get("/")
        known.samples.pop()
        site.refresher.refresh()
        assert "<strong>Faults</strong>" not in site.get("/?n=1")
    assert "<strong>Faults</strong>" in text
    assert "fault=<bdi>errors</bdi>" in text
    assert "<img" not in text


def test_links_keep_the_range() -> None:
    """A range of two times goes on to members, to the console and to the data of charts."""
    known = burning()
    known.samples = [({**labels, "tenant": "a"}, value) for labels, value in known.samples]
    with opened(known) as site:
        text = html.unescape(site.get(PAGE + "&from=2026-01-02T03:04&to=2026-01-02T05:00"))
    kept = "from=1767323040&to=1767330000"
    paths = re.findall(r'(?:href|data-src|hx-get)="(/(?:slo|query|api/charts/\w+)\?[^"]*)"', text)
    assert {urlsplit(path).path for path in paths if kept in path} >= {"/slo", "/query", "/api/charts/budget"}
    assert 'name="from" value="2026-01-02T03:04"' in text
    assert 'data-live=""' in text


def test_maintenance_and_alerts_are_shaded() -> None:
    """Charts carry the stretches of both, of this SLO alone."""
    known = burning()
    for service in ("shop", "other"):
        known.samples.append(({"__name__": "slo:maintenance", "shard": "shop-0", "service": service}, 1))
    with opened(known) as site:
        answer = json.loads(site.get("/api/charts/errors?service=shop&slo=checkout&range=1h"))
    kinds = [(band["kind"], band["label"]) for band in answer["bands"]]
    assert ("page", "page-fast") in kinds
    assert any('slo:maintenance{service="shop",shard="shop-0"}' in query for query in known.queries)
    assert all(band["start"] < band["end"] for band in answer["bands"])


def test_the_budget_goes_on_into_the_future() -> None:
    """The forecast begins at the last value and falls by burn rate / window a second; a fixed range has none."""
    known = Known()
    known.slo(burn=36, remaining=0.5)
    with opened(known) as site:
        answer = json.loads(site.get("/api/charts/budget?service=shop&slo=checkout&range=1d"))
        fixed = json.loads(site.get("/api/charts/budget?service=shop&slo=checkout&from=1000&to=90000"))
    series = {each["label"]: each for each in answer["series"]}
    falling = series["at the burn rate of 1h"]["values"]
    known_until = max(index for index, value in enumerate(series["remaining"]["values"]) if value is not None)
    step = answer["times"][1] - answer["times"][0]
    assert falling[known_until] == series["remaining"]["values"][known_until] == 0.5
    assert falling[known_until + 1] == pytest.approx(0.5 - 36 * step / (30 * 86_400))
    assert not any(each.get("forecast") for each in fixed["series"])


def test_runbook_and_explanation_are_shown(tmp_path: Path) -> None:
    """The runbook of an alert that fires is open; `slo explain` is there for an SLO of the specification."""
    (tmp_path / "ShopBudgetBurn.md").write_text("# Burning\n\n## Mitigation\n\nRoll back.\n")
    (tmp_path / "slos.yaml").write_text(SPECIFICATION)
    with opened(burning(), runbooks=tmp_path, explained=read([str(tmp_path / "slos.yaml")])) as site:
        text = site.get(PAGE)
    assert re.search(r'<details class="runbook" open>.*<h4>Mitigation</h4>', text, re.DOTALL)
    assert "Time to alert" in text
    assert "other rules than the specification" not in text


def test_an_objective_that_differs_from_the_specification_is_noticed(tmp_path: Path) -> None:
    """The file was changed and not loaded, or the other way round."""
    (tmp_path / "slos.yaml").write_text(SPECIFICATION.replace("99.9%", "99.5%"))
    with opened(burning(), explained=read([str(tmp_path / "slos.yaml")])) as site:
        assert "the objective differs" in site.get(PAGE)


def test_words_agree_with_the_arithmetic() -> None:
    """At total failure 14.4 x 0.1 % of an hour of events is reached after 51.84 seconds."""
    with opened(burning()) as site:
        text = html.unescape(site.get(PAGE))
    assert "99.9% of the events of 30d must be good." in text
    assert "page-fast (page) fires when more than 1.440% of the events are bad over 1h and over 5m" in text
    assert "after 52s at 100% errors, 8m 38s at 10% errors" in text


def test_hostile_runbooks_stay_text(tmp_path: Path) -> None:
    """No HTML, no scripts, no styles, no pictures, nothing from outside of the folder."""
    folder = tmp_path / "runbooks"
    folder.mkdir()
    text = f"{HOSTILE[:60]}\n\n[a](javascript:alert(1)) [b](../x) ![c](http://evil/x.png)\n\n| a |\n|--:|\n| 1 |\n"
    (folder / "Burn.md").write_text(text)
    (tmp_path / "Secret.md").write_text("secret")
    (folder / "Link.md").symlink_to(tmp_path / "Secret.md")
    made = Runbooks(folder)
    shown = made.html("Burn")
    for part in ("<img", 'javascript:alert(1)"', "style=", 'href="../x"'):
        assert part not in shown
    assert "<table>" in shown
    assert [made.html(name) for name in ("Link", "../Secret", "..", "", "Missing", "a/b")] == [""] * 6


@pytest.mark.parametrize("expression", ['up{a="b&c#d"} > 1', HOSTILE[:80], 'a"}}],"x":"'])
def test_expressions_survive_links_to_other_programs(expression: str) -> None:
    """Grafana, Prometheus and the console get exactly the expression, whatever characters it has."""
    period = Period("1h", 1_767_323_040, 1_767_330_000)
    pages = Outside("http://grafana/", "uid", "http://prometheus/").open(expression, period)
    panes = json.loads(parse_qs(urlsplit(pages["Grafana"]).query)["panes"][0])["slo"]
    assert panes["queries"][0]["expr"] == expression
    assert panes["range"] == {"from": "1767323040000", "to": "1767330000000"}
    asked = parse_qs(urlsplit(pages["Prometheus"]).query)
    assert (asked["g0.expr"], asked["g0.end_input"]) == ([expression], ["2026-01-02 05:00"])
    assert source_path("http://any/graph?" + urlsplit(pages["Prometheus"]).query) == query_path(expression)
    assert Outside().open(expression, period) == {}


def test_rules_that_cannot_be_read_again_stay() -> None:
    """Prometheus answers no more: the rules are those of the last answer, with the reason."""
    known = burning()
    with serving(known.answer) as url:
        rules = Rules(Prometheus(Client(url)), age=0)
        before, fine = rules.of("shop-0")
        known.down = True
        after, trouble = rules.of("shop-0")
    assert [rule.name for rule in after] == [rule.name for rule in before] == ["ShopBudgetBurn"]
    assert (fine, "503" in trouble) == ("", True)
