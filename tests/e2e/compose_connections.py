"""To whom a container can open a connection, by address: names are known in shared networks only, addresses to all."""

import json

from tests.e2e.compose_stack import ComposeStack, run

PORTS = {
    "alertmanager": 9093,
    "catalog": 8001,
    "grafana": 3000,
    "jaeger": 16686,
    "loki": 3100,
    "orders": 8002,
    "otel-collector": 4318,
    "pager": 8091,
    "postgres": 5432,
    "prometheus": 9090,
    "redis": 6379,
    "tempo": 3200,
    "victoria-logs": 9428,
}
SCRIPT = """
import socket, sys
from concurrent.futures import ThreadPoolExecutor
def connects(place):
    name, host, port = place.split(",")
    try:
        socket.create_connection((host, int(port)), 2).close()
    except OSError:
        return ""
    return name
with ThreadPoolExecutor(40) as pool:
    print(" ".join(pool.map(connects, sys.argv[1:])))
"""


def places(stack: ComposeStack) -> list[str]:
    """Name, address and port of every server, in each network that it is in."""
    running = {each["Service"]: each["Name"] for each in stack.containers() if each["Service"] in PORTS}
    inspected = json.loads(run("docker", "inspect", *running.values()))
    return [
        f"{service},{network['IPAddress']},{PORTS[service]}"
        for service, container in zip(running, inspected, strict=True)
        for network in container["NetworkSettings"]["Networks"].values()
    ]


def reached(stack: ComposeStack, service: str) -> set[str]:
    """The servers that a container can connect to, in any of their networks."""
    said = stack.compose("exec", "-T", service, "python", "-c", SCRIPT, *places(stack))
    return set(said.split()) - {service}
