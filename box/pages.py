"""The pages that are worth a look, each by an address that answers: not every Prometheus brings web pages along."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import requests

from box.readiness import local_session
from box.settings import Settings


@dataclass(frozen=True, slots=True)
class Page:
    """One page of a service; of several paths the first that answers is shown, and the last is always there."""

    title: str
    service: str
    paths: tuple[str, ...]


# In the order in which a newcomer wants to look at them. The Prometheus that we build has no web pages, Debian's has
# the old ones; the API is everywhere.
PAGES = (
    Page("the shop", "web", ("/products",)),
    Page("the pager: who was told what", "pager", ("/",)),
    Page("runbooks", "pager", ("/runbooks/",)),
    Page("alerts in Prometheus", "prometheus", ("/alerts", "/classic/alerts", "/api/v1/alerts")),
    Page("Alertmanager", "alertmanager", ("/",)),
    Page("the load, to change it", "locust", ("/",)),
    Page("logs of the shop", "victoria-logs", ("/select/vmui/#/?query=*&g0.relative_time=last_30_minutes",)),
    # Tempo has no pages, and the Jaeger that we build has none either: what they answer is JSON.
    Page("traces of the shop (JSON)", "jaeger", ("/api/traces?service=web&limit=20",)),
    Page("traces of the shop (JSON)", "tempo", ("/api/search?limit=20",)),
)
BUDGET = Page(
    "the budget in Prometheus",
    "prometheus",
    (
        "/graph?g0.expr=slo:budget_remaining:ratio&g0.tab=0&g0.range_input=5m",
        "/api/v1/query?query=slo:budget_remaining:ratio",
    ),
)


def addresses(settings: Settings, pages: Sequence[Page]) -> Iterator[tuple[str, str]]:
    """Yield title and address of each page of a service that runs."""
    with local_session() as session:
        for page in (page for page in pages if page.service in settings.ports):
            *preferred, last = (settings.url(page.service) + path for path in page.paths)
            yield page.title, next((url for url in preferred if _answers(session, url)), last)


def _answers(session: requests.Session, url: str) -> bool:
    try:
        return session.get(url).ok
    except requests.RequestException:
        return False
