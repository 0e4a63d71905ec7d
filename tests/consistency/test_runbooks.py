"""Every alert has a page for the person on call, and what the page tells them to type can work."""

import asyncio
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import promql_parser
import pytest
import yaml
from fastapi import FastAPI
from prometheus_client.parser import text_string_to_metric_families

from apps.catalog.app import create_app as catalog
from apps.orders.app import create_app as orders
from apps.settings import Settings
from apps.web.app import create_app as web
from box.pager import watchdog
from box.prober.journeys import JOURNEYS
from box.prober.metrics import ProberMetrics
from slo.load import Source
from slo.pipeline import Request, compile_sources
from slo.plan.rules import Alert, Plan, Record
from tests.consistency.pages import Page, broken_links, read
from tests.consistency.servers import SCRAPED, SERVERS

HEADINGS = ["Meaning", "Impact", "Diagnosis", "Mitigation"]
QUERY = re.compile(r"'query=(.+)'")
TAKEN = re.compile(r"\$\{(\w+):\?\}")
RUNBOOKS = Path(__file__).parents[2] / "runbooks"
PAGES = [read(path) for path in sorted(RUNBOOKS.glob("*.md"))]
ALERT_PAGES = [page for page in PAGES if page.path.stem != "README"]

# What Prometheus itself adds or records; label values of None are not looked at.
ANY: frozenset[str] | None = None
JOBS = frozenset(
    {
        "prometheus",
        "alertmanager",
        "pager",
        "prober",
        "otel-collector",
        "infrastructure",
        "loki",
        "victoria-logs",
        "jaeger",
        "tempo",
        "grafana",
    }
)
TARGET_LABELS: dict[str, frozenset[str] | None] = {
    "service": frozenset({"web", "catalog", "orders", "prober"}),
    "job": JOBS | {"shop"},
    "instance": ANY,
}
OF_PROMETHEUS: dict[str, dict[str, frozenset[str] | None]] = {
    **{name: dict(TARGET_LABELS) for name in ("up", *SCRAPED)},
    "ALERTS": {"alertname": ANY, "alertstate": frozenset({"firing", "pending"}), "team": frozenset({"platform"})},
    **{name: TARGET_LABELS | dict.fromkeys(labels, ANY) for name, labels in SERVERS.items()},
}

Known = dict[str, dict[str, frozenset[str] | None]]


def ids(page: Page) -> str:
    """Return the name of the page."""
    return page.path.stem


@pytest.fixture(scope="module")
def planned(root: Path) -> Plan:
    """The plan of the demo's own SLOs."""
    text = (root / "slos.yaml").read_text(encoding="utf-8")
    (compiled,) = compile_sources([Source("slos.yaml", text)], Request(targets=("prometheus",)))
    return compiled.plan


@pytest.fixture(scope="module")
def known(planned: Plan, tmp_path_factory: pytest.TempPathFactory) -> Known:
    """Every series that a query may name: label names, and their values where they are few."""
    settings = Settings(database_url=f"sqlite:///{tmp_path_factory.mktemp('shop')}/shop.db")
    found: Known = dict(OF_PROMETHEUS)
    prober = ProberMetrics(journey.name for journey in JOURNEYS).exposition().decode()
    for text in (prober, *(asyncio.run(scrape(tier(settings))) for tier in (web, catalog, orders))):
        for name, labels in exported(text):
            series = found.setdefault(name, dict(TARGET_LABELS))
            for label, value in labels.items():
                series[label] = (series.get(label) or frozenset()) | {value}
    rules = [rule for group in planned.groups for rule in group.rules if isinstance(rule, Record)]
    for rule in rules:
        found[rule.name] = recorded_labels(planned, rule.name)
    return found


async def scrape(app: FastAPI) -> str:
    """What a tier that serves tells Prometheus."""
    async with (
        app.router.lifespan_context(app),
        httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://tier") as client,
    ):
        return (await client.get("/metrics")).text


def exported(text: str) -> Iterator[tuple[str, dict[str, str]]]:
    """Every series that a tier exports."""
    for family in text_string_to_metric_families(text):
        for sample in family.samples:
            yield sample.name, sample.labels


def recorded_labels(planned: Plan, name: str) -> dict[str, frozenset[str] | None]:
    """The labels that the compiler's records carry."""
    labels: dict[str, frozenset[str] | None] = {
        "service": frozenset(each.slo.service for each in planned.slos),
        "slo": frozenset(each.slo.name for each in planned.slos),
        "shard": ANY,
    }
    kinds = {"kind": frozenset({"total", "bad", "covered"})} if name.startswith("slo:events:") else {}
    return labels | kinds


def queries(page: Page) -> list[str]:
    """The PromQL of a page."""
    return [query for _, command in page.commands for query in QUERY.findall(command)]


def selectors(query: str) -> list[promql_parser.VectorSelector]:
    """Every selector in a query; the query is parsed."""
    found: list[promql_parser.VectorSelector] = []

    def visit(node: object) -> bool:
        if isinstance(node, promql_parser.VectorSelector):
            found.append(node)
        elif isinstance(node, promql_parser.MatrixSelector):
            found.append(node.vector_selector)
        return True

    promql_parser.walk(promql_parser.parse(query), visit)
    return found


def unknown_parts(selector: promql_parser.VectorSelector, known: Known) -> Iterator[str]:
    """What a selector names that does not exist."""
    if not selector.name:
        yield from unknown_names(selector, known)
        return
    labels = known.get(selector.name or "")
    if labels is None:
        yield f"no such series: {selector.name}"
        return
    for matcher in selector.matchers.matchers:
        values = labels.get(matcher.name, frozenset())
        if values is None:
            continue
        equal = str(matcher.op) == "MatchOp.Equal"
        wanted = {matcher.value} if equal else set(re.split(r"\|", matcher.value))
        if not all(any(value == each or re.fullmatch(each, value) for value in values) for each in wanted):
            yield f"{selector.name} has no {matcher.name} {matcher.value}"


def unknown_names(selector: promql_parser.VectorSelector, known: Known) -> Iterator[str]:
    """Which alternatives of a `__name__` matcher exist nowhere."""
    for matcher in selector.matchers.matchers:
        if matcher.name == "__name__":
            yield from (f"no such series: {name}" for name in matcher.value.split("|") if name not in known)


def names_a_tier(command: str) -> bool:
    """Whether a command is about one tier: beside queries, whose answers name what they are about."""
    return bool(re.search(r"\b(web|catalog|orders|800[012])\b", QUERY.sub("", command)))


def platform_rules(root: Path) -> list[dict[str, Any]]:
    """The alerting rules about the monitoring itself."""
    files = [path for path in (root / "monitoring/prometheus/rules").glob("*.yml") if path.name != "slo.yml"]
    groups = [group for path in files for group in yaml.safe_load(path.read_text(encoding="utf-8"))["groups"]]
    return [rule for group in groups for rule in group["rules"]]


def platform_alerts(root: Path) -> set[str]:
    """The alerts about the monitoring itself, and the one that the pager raises."""
    return {rule["alert"] for rule in platform_rules(root)} | {watchdog.ALERT}


def test_every_alert_has_a_page_and_every_page_an_alert(planned: Plan, root: Path) -> None:
    """Nobody is paged without a page to read, and no page outlives its alert."""
    alerts = {fact.name for each in planned.slos for fact in each.alerts}

    assert {page.path.stem for page in ALERT_PAGES} == alerts | platform_alerts(root)


def test_every_series_of_the_platform_rules_exists(root: Path, known: Known) -> None:
    """The rules about the monitoring ask for what the servers export."""
    problems = [
        f"{rule['alert']}: {problem}"
        for rule in platform_rules(root)
        for selector in selectors(rule["expr"])
        for problem in unknown_parts(selector, known)
    ]

    assert problems == []


def test_every_alert_links_to_its_page(planned: Plan) -> None:
    """The link on the notification ends with the name of the page."""
    rules = [rule for group in planned.groups for rule in group.rules if isinstance(rule, Alert)]
    linked = {rule.name: dict(rule.annotations).get("runbook_url", "").rpartition("/")[2] for rule in rules}

    assert linked == {name: name for name in linked}


@pytest.mark.parametrize("page", ALERT_PAGES, ids=ids)
def test_a_page_has_the_name_of_its_alert_and_the_four_headings(page: Page) -> None:
    """Whoever knows one page finds their way in all of them."""
    assert page.headings(1) == [page.path.stem]
    assert page.headings(2) == HEADINGS


@pytest.mark.parametrize("page", ALERT_PAGES, ids=ids)
def test_a_page_begins_with_a_question_to_prometheus(page: Page) -> None:
    """The first command can be pasted as it stands, changes nothing, and asks for the page's own SLO or target."""
    _, first = page.commands[0]

    assert first.startswith("curl -sSG --max-time 10 http://127.0.0.1:9090/api/v1/query ")
    assert QUERY.search(first)


@pytest.mark.parametrize("page", PAGES, ids=ids)
def test_no_request_waits_for_ever(page: Page) -> None:
    """A server that hangs is what some pages are about: each curl gives up in time for the next command."""
    commands = [command for _, command in page.commands]

    assert [each for each in commands if each.count("curl ") != each.count("--max-time 10 ")] == []


def test_pages_about_any_component_take_it_from_the_alert(root: Path) -> None:
    """An alert that names a tier in a label prints no command for another: it stops until the label is typed."""
    about_any = {rule["alert"] for rule in platform_rules(root) if "$labels.service" in str(rule["annotations"])}
    pages = [page for page in ALERT_PAGES if page.path.stem in about_any]

    assert len(pages) > 5
    named = [(page.path.stem, command) for page in pages for _, command in page.commands if names_a_tier(command)]
    assert named == []


@pytest.mark.parametrize("page", ALERT_PAGES, ids=ids)
def test_what_a_command_takes_is_said_before(page: Page) -> None:
    """Each variable of a command stands in the text as what to type, and no other does."""
    taken = {name for _, command in page.commands for name in TAKEN.findall(command)}

    assert {span for span in page.code_spans if re.fullmatch(r"\w+=", span)} == {f"{name}=" for name in taken}


@pytest.mark.parametrize("page", PAGES, ids=ids)
def test_every_query_parses_and_names_what_exists(page: Page, known: Known) -> None:
    """A query of a page finds its series, its labels and their values in what the shop and the rules export."""
    problems = [
        f"{query}: {problem}"
        for query in queries(page)
        for selector in selectors(query)
        for problem in unknown_parts(selector, known)
    ]

    assert problems == []


@pytest.mark.parametrize("page", PAGES, ids=ids)
def test_links_lead_somewhere(page: Page, root: Path) -> None:
    """Every relative link of a page names a file of the checkout, and a heading in it."""
    assert broken_links(page, root) == []


def test_pages_differ() -> None:
    """No page is a copy of another with the names exchanged: each has commands and sentences of its own."""
    shared = [
        (one.path.stem, other.path.stem)
        for number, one in enumerate(ALERT_PAGES)
        for other in ALERT_PAGES[number + 1 :]
        if len(sentences(one) & sentences(other)) > len(sentences(one)) / 2
    ]

    assert shared == []


def sentences(page: Page) -> set[str]:
    """The lines of a page without empty ones."""
    return {line for line in page.path.read_text(encoding="utf-8").splitlines() if line.strip()}
