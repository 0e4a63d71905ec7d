"""Prometheus and Alertmanager look for others where compose runs them."""

from pathlib import Path
from typing import Any

import yaml

MONITORING = Path(__file__).parents[2] / "monitoring"

Services = dict[str, dict[str, Any]]
TELEMETRY = {"otel-collector": {8888, 8889}, "loki": {3100}, "tempo": {3200}, "jaeger": {14269}}
"""Where the servers for logs and traces show their metrics."""


def test_prometheus_scrapes_services_on_the_ports_they_listen_on(services: Services) -> None:
    """Each target is a service of the compose file that Prometheus shares a network with."""
    config = yaml.safe_load((MONITORING / "prometheus/prometheus.yml").read_text(encoding="utf-8"))
    static = [entry for job in config["scrape_configs"] for entry in job["static_configs"]]
    targets = [target for entry in static for target in entry["targets"]]
    for target in targets:
        host, _, port = target.partition(":")
        name = "prometheus" if host == "127.0.0.1" else host
        if name in TELEMETRY:
            assert int(port) in TELEMETRY[name], target
            continue
        assert services[name]["ports"][0].endswith(f":{port}"), target
        assert "monitoring" in services[name]["networks"], target
    assert {"web:8000", "catalog:8001", "orders:8002"} <= set(targets)


def test_each_tier_of_the_shop_has_its_service_label() -> None:
    """The SLOs select by `service`, which the scrape config gives."""
    config = yaml.safe_load((MONITORING / "prometheus/prometheus.yml").read_text(encoding="utf-8"))
    shop = next(job for job in config["scrape_configs"] if job["job_name"] == "shop")
    labels = {entry["targets"][0].partition(":")[0]: entry["labels"]["service"] for entry in shop["static_configs"]}
    assert labels == {"web": "web", "catalog": "catalog", "orders": "orders"}


def test_prometheus_knows_this_alertmanager(services: Services) -> None:
    """Alerts go to the service `alertmanager`."""
    config = yaml.safe_load((MONITORING / "prometheus/prometheus.yml").read_text(encoding="utf-8"))
    assert config["alerting"]["alertmanagers"] == [{"static_configs": [{"targets": ["alertmanager:9093"]}]}]
    assert services["alertmanager"]["ports"][0].endswith(":9093")


def test_every_receiver_is_the_pager_and_hears_of_the_end() -> None:
    """Pages, tickets and the rest arrive at the pager, and so does their resolution."""
    config = yaml.safe_load((MONITORING / "alertmanager/base.yml").read_text(encoding="utf-8"))
    receivers = {receiver["name"]: receiver["webhook_configs"] for receiver in config["receivers"]}
    assert receivers.keys() == {"watchdog", "page", "ticket", "default"}
    paths = {"watchdog": "watchdog"}
    for name, hooks in receivers.items():
        url = f"http://pager:8091/{paths.get(name, 'alertmanager')}"
        assert hooks == [{"url": url, "send_resolved": True}]
