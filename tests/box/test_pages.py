"""The addresses that a newcomer is given."""

from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread

import pytest

from box.pages import BUDGET, PAGES, addresses
from box.services import BY_NAME
from box.settings import Settings
from tests.box.conftest import free_ports

(ALERTS,) = (page for page in PAGES if page.title == "alerts in Prometheus")


@contextmanager
def prometheus(statuses: dict[str, int], redirects: dict[str, str]) -> Iterator[Settings]:
    """Serve these paths, whatever the query, and 404 for all others."""

    class Server(BaseHTTPRequestHandler):
        """Answers with a status or leads elsewhere."""

        def do_GET(self) -> None:
            """Answer."""
            path, _, query = self.path.partition("?")
            self.send_response(302 if path in redirects else statuses.get(path, 404))
            if path in redirects:
                self.send_header("Location", f"{redirects[path]}?{query}")
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Server) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        yield Settings(dict.fromkeys(BY_NAME, server.server_port))
        server.shutdown()


API = {"/api/v1/alerts": 200, "/api/v1/query": 200}


@pytest.mark.parametrize(
    ("statuses", "redirects", "alerts", "budget"),
    [
        ({"/alerts": 200, "/query": 200}, {"/graph": "/query"}, "/alerts", "/graph?"),
        ({"/classic/alerts": 200, "/classic/graph": 200}, {"/graph": "/classic/graph"}, "/classic/alerts", "/graph?"),
        ({"/alerts": 500, "/query": 500}, {"/graph": "/query"}, "/api/v1/alerts", "/api/v1/query?"),
    ],
    ids=["official", "debian", "ours"],
)
def test_every_prometheus_is_linked_where_it_answers(
    statuses: dict[str, int], redirects: dict[str, str], alerts: str, budget: str
) -> None:
    """With web pages they are linked; without, as in our own build, the API is, and no link is dead."""
    with prometheus(API | statuses, redirects) as settings:
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
