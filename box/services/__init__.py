"""The one table of what runs natively: names, commands, ports, readiness, memory and dependencies."""

from collections.abc import Mapping

from box.services.model import Port, Service
from box.services.monitoring import ALERTMANAGER, LOCUST, PAGER, PROBER, PROMETHEUS, SLO_SERVE
from box.services.shop import CATALOG, ORDERS, TIERS, WEB
from box.services.telemetry import JAEGER, OTEL_COLLECTOR, TEMPO, VICTORIA_LOGS

__all__ = [
    "BY_NAME",
    "CORE",
    "OTEL_COLLECTOR",
    "PORT_VARIABLES",
    "SERVICES",
    "TIERS",
    "TRACE_STORES",
    "Port",
    "Service",
]

CORE = (CATALOG, ORDERS, WEB, PROMETHEUS, ALERTMANAGER, PAGER, PROBER, SLO_SERVE, LOCUST)
TRACE_STORES = (JAEGER, TEMPO)
"""One of them runs: Tempo where PATH has it, for no package registry does."""
SERVICES = (*CORE, OTEL_COLLECTOR, VICTORIA_LOGS, *TRACE_STORES)
BY_NAME: Mapping[str, Service] = {service.name: service for service in SERVICES}
PORT_VARIABLES: Mapping[str, str] = {name: variable for service in SERVICES for name, variable in service.ports}


def selection(trace_store: str = "") -> tuple[Service, ...]:
    """Return what runs together: the core, and with the name of a trace store all that keeps logs and traces."""
    return (*CORE, OTEL_COLLECTOR, VICTORIA_LOGS, BY_NAME[trace_store]) if trace_store else CORE
