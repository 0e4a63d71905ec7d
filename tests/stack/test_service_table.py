"""The box without containers and the compose file start and probe a service alike."""

from typing import Any

import pytest

from box.services import OTEL_COLLECTOR, SERVICES, TRACE_STORES, Service
from box.services.telemetry import LOW_PRIORITY, VICTORIA_LOGS

Services = dict[str, dict[str, Any]]
NATIVE_ONLY = {"slo-serve"}
OURS = tuple(s for s in SERVICES if s.command[0] == "{python}" and s.name not in NATIVE_ONLY)
# Jaeger and VictoriaLogs are in override files, and no check can run in the Collector's image.
UNCHECKED = {*NATIVE_ONLY, "jaeger", "victoria-logs", "otel-collector"}
CHECKED = tuple(service for service in SERVICES if service.name not in UNCHECKED)


@pytest.mark.parametrize("service", CHECKED, ids=lambda service: service.name)
def test_readiness_is_the_same_question(service: Service, services: Services) -> None:
    """The health check of the container asks for the path that `box` waits for."""
    assert services[service.name]["healthcheck"]["test"][-1].endswith(service.ready_path)


@pytest.mark.parametrize("service", OURS, ids=lambda service: service.name)
def test_programs_of_ours_are_started_alike(service: Service, services: Services) -> None:
    """The same Python module or program runs in both."""
    assert service.command[2] in services[service.name]["command"]


def test_logs_and_traces_get_the_processor_after_the_shop(services: Services) -> None:
    """A flood of log lines costs time of those who store them, not of customers: lower priority there, none here."""
    later = (OTEL_COLLECTOR, VICTORIA_LOGS, *TRACE_STORES)
    for service in SERVICES:
        first = service.command[: len(LOW_PRIORITY)] == LOW_PRIORITY
        assert first == (service in later), service.name
    shares = {name: service["cpu_shares"] for name, service in services.items() if "cpu_shares" in service}
    assert shares == dict.fromkeys(["otel-collector", "loki", "tempo", "grafana"], 128)
