"""Who can open a connection to whom: containers that share a network, against a table with the reason for each pair."""

from collections.abc import Iterator
from itertools import combinations
from typing import Any

import pytest
import yaml

from tests.conftest import ROOT

Services = dict[str, dict[str, Any]]
TIERS = ("web", "catalog", "orders")
STORES = ("postgres", "redis")
MONITORING = (
    *("prometheus", "alertmanager", "pager", "grafana"),
    *("otel-collector", "loki", "victoria-logs", "tempo", "jaeger", "doctor"),
)

ALLOWED = (
    (("locust", "prober"), ("web",), "visitors, and who measures what they get"),
    (("prober",), ("locust",), "both outside of the shop"),
    (("prometheus",), ("prober",), "scrapes it"),
    (("web",), ("catalog", "orders"), "each page asks one of them"),
    (("catalog",), ("orders",), "beside each other behind web, and with the same data; neither asks the other"),
    (("catalog", "orders"), STORES, "products and orders; catalog's cache"),
    (("postgres",), ("redis",), "both in the data tier, each with a password that the other does not have"),
    (("otel-collector",), STORES, "statistics, as users that may read nothing else"),
    (("postgres-monitor",), ("postgres",), "makes the user of the line above, and ends"),
    (("postgres-monitor",), ("redis", "catalog", "orders", "otel-collector"), "in the data tier for a second"),
    (("prometheus",), TIERS, "scrapes them; what they could ask of it is read-only"),
    (("otel-collector",), TIERS, "takes their logs and traces"),
    (MONITORING, MONITORING, "servers that the outside does not talk to, and that trust each other"),
    (("doctor",), (*TIERS, "locust", "prober"), "asks whether they answer, and ends"),
)
"""Two groups whose members may reach each other, and why."""

OUT_OF_REACH = {"alertmanager", "pager", "grafana", "loki", "victoria-logs", "tempo", "jaeger", *STORES}
"""What a process that has taken over web must not reach."""


def allowed() -> set[frozenset[str]]:
    """Every pair of the table."""
    return {frozenset((one, other)) for left, right, _ in ALLOWED for one in left for other in right if one != other}


@pytest.fixture(scope="module")
def everything(services: Services) -> Services:
    """The services of the compose file, and those of the override files."""
    found = dict(services)
    for folder, name in (("jaeger", "jaeger"), ("victorialogs", "victoria-logs")):
        text = (ROOT / "monitoring" / folder / "compose.override.yml").read_text(encoding="utf-8")
        found[name] = yaml.safe_load(text.replace("!override", "").replace("!reset", ""))["services"][name]
    return found


def pairs(everything: Services) -> Iterator[frozenset[str]]:
    """Every two services that share a network."""
    for one, other in combinations(everything, 2):
        if set(everything[one].get("networks", ())) & set(everything[other].get("networks", ())):
            yield frozenset((one, other))


def test_services_reach_each_other_for_a_reason_only(everything: Services) -> None:
    """A network more, or a service on one more network, is a line more in the table; a line too many is found, too."""
    assert set(pairs(everything)) ^ allowed() == set()


def test_the_edge_reaches_no_store_and_nothing_that_notifies(everything: Services) -> None:
    """Of the monitoring, web reaches who scrapes it and who takes its telemetry."""
    reached = {name for pair in pairs(everything) if "web" in pair for name in pair} - {"web"}

    assert reached == {"locust", "prober", "catalog", "orders", "prometheus", "otel-collector", "doctor"}
    assert not reached & OUT_OF_REACH


def test_prometheus_takes_no_orders_from_whom_it_scrapes(services: Services) -> None:
    """Its API only reads: no series can be deleted or written, and it can be neither stopped nor reconfigured."""
    started = str(services["prometheus"]["command"]) + (ROOT / "monitoring/prometheus/start.sh").read_text()

    for flag in ("enable-admin-api", "enable-lifecycle", "enable-remote-write-receiver", "enable-otlp-receiver"):
        assert flag not in started


def test_the_page_names_each_network(compose: dict[str, Any]) -> None:
    """The table of docs/compose.md has a line for each."""
    text = (ROOT / "docs/compose.md").read_text(encoding="utf-8")

    assert all(f"| `{name}` | " in text for name in compose["networks"])


@pytest.mark.parametrize("network", ["data", "probing", "telemetry"])
def test_networks_that_publish_nothing_have_no_way_to_the_host(compose: dict[str, Any], network: str) -> None:
    """There is no gateway in them."""
    assert compose["networks"][network] == {"internal": True}
