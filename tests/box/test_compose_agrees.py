"""The native service table and docker-compose.yml describe the same stack."""

import re
from pathlib import Path
from typing import Any

import pytest
import yaml

from box.liveness.probe import ANSWER_SECONDS
from box.liveness.watch import START_SECONDS
from box.services import SERVICES, Service, selection
from box.services.shop import ORDERS
from box.services.telemetry import LOW_PRIORITY, VICTORIA_LOGS
from box.settings import Settings, load_settings

REPOSITORY = Path(__file__).resolve().parents[2]
CONTAINERS_ONLY = {"secrets", "rules", "postgres-monitor", "doctor", "postgres", "redis", "grafana", "loki"}
NATIVE_ONLY = {"slo-serve"}
"""Grafana is in its place."""

IN_BOTH = [service for service in SERVICES if service.name not in NATIVE_ONLY]

IN_THEIR_PLACE = {"jaeger": "jaeger", "victorialogs": "victoria-logs"}
"""Folders with an override file, and the service that it brings."""


@pytest.fixture(scope="module")
def compose() -> dict[str, Any]:
    """The services of docker-compose.yml, and those that override files put in the place of Tempo and Loki."""
    content: dict[str, Any] = yaml.safe_load((REPOSITORY / "docker-compose.yml").read_text(encoding="utf-8"))
    services: dict[str, Any] = dict(content["services"])
    for folder, name in IN_THEIR_PLACE.items():
        override = (REPOSITORY / "monitoring" / folder / "compose.override.yml").read_text(encoding="utf-8")
        services[name] = yaml.safe_load(override.replace("!override", "").replace("!reset", ""))["services"][name]
    return services


def test_the_same_services(compose: dict[str, Any]) -> None:
    """A service that runs in one way runs in the other, or is known to need containers."""
    assert compose.keys() - CONTAINERS_ONLY == {service.name for service in SERVICES} - NATIVE_ONLY


@pytest.mark.parametrize("service", IN_BOTH, ids=lambda service: service.name)
def test_the_same_memory(compose: dict[str, Any], service: Service) -> None:
    """The limit that compose enforces is the one that `box status` holds services against."""
    assert compose[service.name]["mem_limit"] == f"{service.memory_mib}m"


@pytest.mark.parametrize("service", IN_BOTH, ids=lambda service: service.name)
def test_the_same_port_variable(compose: dict[str, Any], service: Service) -> None:
    """One variable moves a service in both ways, on loopback."""
    published = [str(port) for port in compose[service.name]["ports"]]

    assert any(port.startswith(f"127.0.0.1:${{{service.port_variable}}}:") for port in published)


def test_the_committed_ports_are_complete() -> None:
    """`.env` names a port for every service, also for those of which only one runs."""
    named = {name for store in ("jaeger", "tempo") for name in load(store).ports}

    assert named == {name for service in SERVICES for name, _ in service.ports}


def load(store: str) -> Settings:
    """The committed ports of a full run."""
    return load_settings(REPOSITORY / ".env", {}, selection(store))


def test_the_probes_for_kubernetes_are_those_of_the_box() -> None:
    """Path, timing and number of misses in docs/compose.md are what restarts the orders tier without containers."""
    page = (REPOSITORY / "docs" / "compose.md").read_text(encoding="utf-8")
    (block,) = re.findall(r"```yml\n(.*?)```", page, re.DOTALL)
    probes = yaml.safe_load(block)
    live, starting = probes["livenessProbe"], probes["startupProbe"]

    assert live["httpGet"]["path"] == starting["httpGet"]["path"] == ORDERS.alive_path
    assert probes["readinessProbe"]["httpGet"]["path"] == ORDERS.ready_path
    assert live["timeoutSeconds"] == ANSWER_SECONDS
    assert (live["failureThreshold"] - 1) * live["periodSeconds"] < ORDERS.silent_seconds
    assert starting["failureThreshold"] * starting["periodSeconds"] == START_SECONDS


def test_victoria_logs_keeps_the_same_in_both_modes(compose: dict[str, Any]) -> None:
    """Its flags are those of the service table, but for where it listens and where its data lie."""
    native = {part for part in VICTORIA_LOGS.command if part.startswith("-") and part not in LOW_PRIORITY}
    places = ("-httpListenAddr=", "-storageDataPath=")

    assert {flag for flag in compose["victoria-logs"]["command"] if not flag.startswith(places)} == {
        flag for flag in native if not flag.startswith(places)
    }


@pytest.mark.parametrize("name", IN_THEIR_PLACE.values())
def test_what_takes_a_place_is_as_locked_down(compose: dict[str, Any], name: str) -> None:
    """No root, no capability, nothing writable but its own data, and limits as the one whose place it takes."""
    taken = compose[{"jaeger": "tempo", "victoria-logs": "loki"}[name]]
    same = ("user", "read_only", "cap_drop", "security_opt", "init", "pids_limit", "cpus", "cpu_shares", "logging")

    assert {key: compose[name][key] for key in same} == {key: taken[key] for key in same}
    assert all(volume.endswith(":ro") for volume in compose[name]["volumes"] if volume.startswith("."))
    assert all(str(port).startswith("127.0.0.1:") for port in compose[name]["ports"])
