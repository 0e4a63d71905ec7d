"""The addresses that a newcomer is given."""

import pytest

from box.pages import BUDGET, PAGES, addresses
from box.services import BY_NAME
from box.settings import Settings
from tests.box.conftest import free_ports
from tests.box.served import Answer, served

(ALERTS,) = (page for page in PAGES if page.title == "alerts in Prometheus")


API = {"/api/v1/alerts": Answer(), "/api/v1/query": Answer()}


@pytest.mark.parametrize(
    ("pages", "graph", "alerts", "budget"),
    [
        ({"/alerts": Answer(), "/query": Answer()}, "/query", "/alerts", "/graph?"),
        ({"/classic/alerts": Answer(), "/classic/graph": Answer()}, "/classic/graph", "/classic/alerts", "/graph?"),
        ({"/alerts": Answer(500), "/query": Answer(500)}, "/query", "/api/v1/alerts", "/api/v1/query?"),
    ],
    ids=["official", "debian", "ours"],
)
def test_every_prometheus_is_linked_where_it_answers(
    pages: dict[str, Answer], graph: str, alerts: str, budget: str
) -> None:
    """With web pages they are linked; without, as in our own build, the API is, and no link is dead."""
    with served(API | pages | {"/graph": Answer(location=graph)}) as settings:
        found = dict(addresses(settings, [ALERTS, BUDGET]))

        assert found[ALERTS.title] == settings.url("prometheus") + alerts
        assert found[BUDGET.title].startswith(settings.url("prometheus") + budget)
        assert "slo:budget_remaining:ratio" in found[BUDGET.title]


def test_pages_of_a_server_that_does_not_answer_are_named_all_the_same() -> None:
    """Nothing fails because of a link: the last path is given."""
    settings = Settings(dict(zip(BY_NAME, free_ports(len(BY_NAME)), strict=True)))

    assert dict(addresses(settings, PAGES))[ALERTS.title].endswith("/api/v1/alerts")


def test_every_page_is_of_a_service() -> None:
    """A page names a row of the service table."""
    assert {page.service for page in (*PAGES, BUDGET)} <= set(BY_NAME)
