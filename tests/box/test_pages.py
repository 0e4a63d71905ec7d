"""The addresses that a newcomer is given."""

from box.pages import BUDGET, PAGES, addresses
from box.services import BY_NAME, selection
from box.settings import Settings
from tests.box.conftest import free_ports


def settings(trace_store: str) -> Settings:
    """Ports of what runs together."""
    names = [service.name for service in selection(trace_store)]
    return Settings(dict(zip(names, free_ports(len(names)), strict=True)))


def test_the_slos_come_first() -> None:
    """The first address shows what everything else is about."""
    title, address = next(addresses(settings(""), PAGES))
    assert title.startswith("SLOs")
    assert address.endswith("/")


def test_only_pages_of_what_runs_are_named() -> None:
    """Logs and traces are left out of the core, and traces have pages where Jaeger runs."""
    core, full, tempo = (dict(addresses(settings(store), PAGES)) for store in ("", "jaeger", "tempo"))
    assert not any("logs" in title or "traces" in title for title in core)
    assert "traces of the shop" in full
    assert "logs of the shop" in full
    assert "traces of the shop" not in tempo


def test_every_page_is_of_a_service() -> None:
    """A page names a row of the service table."""
    assert {name for page in (*PAGES, BUDGET) for name in (page.service, page.source) if name} <= set(BY_NAME)
