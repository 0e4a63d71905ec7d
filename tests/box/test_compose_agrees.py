"""The native service table and docker-compose.yml describe the same stack."""

from pathlib import Path
from typing import Any

import pytest
import yaml

from box.services import SERVICES, Service, selection
from box.settings import Settings, load_settings

REPOSITORY = Path(__file__).resolve().parents[2]
CONTAINERS_ONLY = {"secrets", "rules", "doctor", "postgres", "redis", "grafana"}


@pytest.fixture(scope="module")
def compose() -> dict[str, Any]:
    """The services of docker-compose.yml, and Jaeger, which an override file puts in Tempo's place."""
    content: dict[str, Any] = yaml.safe_load((REPOSITORY / "docker-compose.yml").read_text(encoding="utf-8"))
    override = (REPOSITORY / "monitoring/jaeger/compose.override.yml").read_text(encoding="utf-8")
    jaeger = yaml.safe_load(override.replace("!override", ""))["services"]["jaeger"]
    services: dict[str, Any] = {**content["services"], "jaeger": jaeger}
    return services


def test_the_same_services(compose: dict[str, Any]) -> None:
    """A service that runs in one way runs in the other, or is known to need containers."""
    assert compose.keys() - CONTAINERS_ONLY == {service.name for service in SERVICES}


@pytest.mark.parametrize("service", SERVICES, ids=lambda service: service.name)
def test_the_same_memory(compose: dict[str, Any], service: Service) -> None:
    """The limit that compose enforces is the one that `box status` holds services against."""
    assert compose[service.name]["mem_limit"] == f"{service.memory_mib}m"


@pytest.mark.parametrize("service", SERVICES, ids=lambda service: service.name)
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
