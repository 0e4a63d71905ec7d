"""The pages worth a look, in the order in which a newcomer wants to see them."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from box.settings import Settings


@dataclass(frozen=True, slots=True)
class Page:
    """One page of a service; with `source` only where that service runs, too."""

    title: str
    service: str
    path: str = "/"
    source: str = ""


PAGES = (
    Page("SLOs, alerts, PromQL", "slo-serve"),
    Page("the shop", "web", "/products"),
    Page("the pager: all notifications", "pager"),
    Page("runbooks", "pager", "/runbooks/"),
    Page("Alertmanager", "alertmanager"),
    Page("the load, to change it", "locust"),
    Page("logs of the shop", "victoria-logs", "/select/vmui/#/?query=*&g0.relative_time=last_30_minutes"),
    Page("traces of the shop", "slo-serve", "/traces?service=web", source="jaeger"),
    Page("traces of the shop (JSON)", "tempo", "/api/search?limit=20"),  # Tempo has no pages
)
BUDGET = Page("the error budget", "slo-serve", "/slo?service=shop&slo=checkout-availability&range=15m")


def addresses(settings: Settings, pages: Sequence[Page]) -> Iterator[tuple[str, str]]:
    """Yield title and address of each page of a service that runs."""
    for page in pages:
        if page.service in settings.ports and (page.source or page.service) in settings.ports:
            yield page.title, settings.url(page.service) + page.path
