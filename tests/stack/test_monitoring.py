"""Prometheus and Alertmanager look for others where compose runs them."""

import os
import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml

from box.scaled_rules import write
from box.services import BY_NAME

MONITORING = Path(__file__).parents[2] / "monitoring"

Services = dict[str, dict[str, Any]]


def jobs() -> list[dict[str, Any]]:
    """Return the scrape jobs."""
    config = yaml.safe_load((MONITORING / "prometheus/prometheus.yml").read_text(encoding="utf-8"))
    found: list[dict[str, Any]] = config["scrape_configs"]
    return found


def test_prometheus_scrapes_services_on_the_ports_they_listen_on(services: Services) -> None:
    """Each target is a service of the compose file that Prometheus shares a network with."""
    targets = [target for job in jobs() for entry in job["static_configs"] for target in entry["targets"]]
    for target in targets:
        host, _, port = target.partition(":")
        name = "prometheus" if host == "127.0.0.1" else host
        if name in {"jaeger", "victoria-logs"}:  # of override files
            continue
        inner = {port.in_container for port in BY_NAME[name].more_ports} if name in BY_NAME else set()
        published = {int(each.rpartition(":")[2]) for each in services[name]["ports"]}
        exposed = {int(each) for each in services[name].get("expose", ())}
        assert int(port) in inner | published | exposed, target
        assert set(services["prometheus"]["networks"]) & set(services[name]["networks"]), target
    assert {"web:8000", "catalog:8001", "orders:8002"} <= set(targets)


TELEMETRY = {"otel-collector", "span-metrics", "infrastructure", "loki", "victoria-logs", "tempo", "jaeger"}
RUNS = {"OTLP_ENDPOINT": "http://otel-collector:4318"}


@pytest.mark.parametrize(
    ("environment", "absent"),
    [
        (RUNS, {"jaeger", "victoria-logs"}),
        ({**RUNS, "TRACE_STORE": "jaeger"}, {"tempo", "victoria-logs"}),
        ({**RUNS, "LOG_STORE": "victoria-logs", "TRACE_STORE": "jaeger"}, {"tempo", "loki"}),
        ({"OTLP_ENDPOINT": ""}, TELEMETRY),
    ],
    ids=["full", "jaeger", "victoria-logs and jaeger", "core"],
)
@pytest.mark.parametrize("scale", ["1", "60"])
def test_what_does_not_run_is_not_scraped(
    environment: dict[str, str], absent: set[str], scale: str, tmp_path: Path
) -> None:
    """A job whose server is not part of the profile would be a target that is down for ever; all others stay."""
    started = start_prometheus(tmp_path, {**environment, "TIME_SCALE": scale})

    filtered = tmp_path / "tmp" / "config" / "prometheus.yml"
    config = yaml.safe_load(filtered.read_text())
    assert {job["job_name"] for job in jobs()} - {job["job_name"] for job in config["scrape_configs"]} == absent
    assert config["scrape_configs"] == [job for job in jobs() if job["job_name"] not in absent]
    assert f"--config.file={filtered}" in started
    assert f"--storage.tsdb.path={tmp_path}/prometheus/time-scale-{scale}" in started
    assert ("--query.lookback-delta=10s" in started) is (scale == "60")
    rules = sorted((tmp_path / "tmp/config").glob(config["rule_files"][0]))
    assert rules, config["rule_files"]


def start_prometheus(root: Path, environment: dict[str, str]) -> list[str]:
    """Run the start script below a folder as if that were the container's root; return Prometheus' arguments."""
    shutil.copytree(MONITORING / "prometheus", root / "etc/prometheus")
    for name in ("scaled", "tmp", "bin"):
        (root / name).mkdir()
    write(MONITORING.parent, root / "scaled", 60)
    script = root / "etc/prometheus/start.sh"
    placed = re.sub(r"(?<=[ =\"])/(etc|scaled|tmp|bin|prometheus)/", rf"{root}/\1/", script.read_text())
    script.write_text(
        placed.replace("folder=/scaled", f"folder={root}/scaled").replace("folder=/etc", f"folder={root}/etc")
    )
    prometheus = root / "bin/prometheus"
    prometheus.write_text('#!/bin/sh\nprintf "%s\\n" "$@"\n')
    prometheus.chmod(0o755)
    env = {"PATH": os.environ["PATH"], **environment}
    done = subprocess.run(["sh", script], env=env, capture_output=True, text=True, check=True)
    return done.stdout.splitlines()


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


def test_only_what_customers_notice_pages() -> None:
    """Objectives that customers notice page; other tiers are their causes, and a page about checkouts is one page."""
    groups = yaml.safe_load((MONITORING / "prometheus/rules/slo.yml").read_text(encoding="utf-8"))["groups"]
    labels = [rule["labels"] for group in groups for rule in group["rules"] if "alert" in rule]
    config = yaml.safe_load((MONITORING / "alertmanager/alertmanager.yml").read_text(encoding="utf-8"))
    rules = [rule for rule in config["inhibit_rules"] if 'severity="page"' in rule["target_matchers"]]

    assert {each["slo"] for each in labels if each["severity"] == "page"} == {
        "checkout-availability", "checkout-latency", "checkout-probe", "browse-availability", "browse-latency",
    }  # fmt: skip
    assert {(rule["source_matchers"][-1], rule["target_matchers"][-1]) for rule in rules} == {
        ('slo="checkout-availability"', 'slo=~"checkout-probe|orders-availability"'),
        ('slo="checkout-latency"', 'slo=~"checkout-probe|orders-availability"'),
        ('slo="browse-availability"', 'slo="catalog-availability"'),
        ('slo="browse-latency"', 'slo="catalog-availability"'),
    }
