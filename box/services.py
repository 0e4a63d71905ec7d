"""The one table of what runs natively: names, commands, ports, readiness, memory and needs."""

from collections.abc import Mapping
from dataclasses import dataclass

# Command and environment templates may name: {python}, {bin[<server>]} (programs), {root} and {run} (folders),
# {data} (this service's data folder), {port[<service>]}, {url[<service>]}, {lookback} (Prometheus' look-back),
# {database} (the shop's database URL).


@dataclass(frozen=True, slots=True)
class Service:
    """One process of the stack. `memory_mib` is what it may reach before `box status` marks it."""

    name: str
    command: tuple[str, ...]
    port_variable: str
    ready_path: str
    memory_mib: int
    needs: tuple[str, ...] = ()
    environment: tuple[tuple[str, str], ...] = ()
    directory: str = "{root}"


TIER_ENVIRONMENT = (
    ("SHOP_HOST", "127.0.0.1"),
    ("SHOP_DATABASE_URL", "{database}"),
    ("SHOP_ADMIN_TOKEN_FILE", "{run}/secrets/admin-token"),
)

CATALOG = Service(
    name="catalog",
    command=("{python}", "-m", "apps.catalog"),
    port_variable="CATALOG_PORT",
    ready_path="/readyz",
    memory_mib=192,
    environment=(*TIER_ENVIRONMENT, ("SHOP_PORT", "{port[catalog]}")),
)

ORDERS = Service(
    name="orders",
    command=("{python}", "-m", "apps.orders"),
    port_variable="ORDERS_PORT",
    ready_path="/readyz",
    memory_mib=192,
    environment=(*TIER_ENVIRONMENT, ("SHOP_PORT", "{port[orders]}")),
)

WEB = Service(
    name="web",
    command=("{python}", "-m", "apps.web"),
    port_variable="WEB_PORT",
    ready_path="/readyz",
    memory_mib=192,
    needs=("catalog", "orders"),
    environment=(
        *TIER_ENVIRONMENT,
        ("SHOP_PORT", "{port[web]}"),
        ("SHOP_CATALOG_URL", "{url[catalog]}"),
        ("SHOP_ORDERS_URL", "{url[orders]}"),
    ),
)

PROMETHEUS = Service(
    name="prometheus",
    command=(
        "{bin[prometheus]}",
        "--config.file=prometheus.yml",
        "--storage.tsdb.path={data}",
        "--storage.tsdb.retention.time=40d",
        "--storage.tsdb.retention.size=2GB",
        # An alert that is not confirmed for four times this long ends: the dead man's switch needs that soon.
        "--rules.alert.resend-delay=10s",
        "--web.listen-address=127.0.0.1:{port[prometheus]}",
        "--web.external-url={url[prometheus]}",
        "--query.lookback-delta={lookback}",
    ),
    port_variable="PROMETHEUS_PORT",
    ready_path="/-/ready",
    memory_mib=512,
    needs=("web", "catalog", "orders", "alertmanager"),
    directory="{run}",
)

ALERTMANAGER = Service(
    name="alertmanager",
    command=(
        "{bin[alertmanager]}",
        "--config.file=slo/alertmanager/alertmanager.yml",
        "--storage.path={data}",
        "--web.listen-address=127.0.0.1:{port[alertmanager]}",
        "--web.external-url={url[alertmanager]}",
        "--cluster.listen-address=",
    ),
    port_variable="ALERTMANAGER_PORT",
    ready_path="/-/ready",
    memory_mib=128,
    needs=("pager",),
    directory="{run}",
)

PAGER = Service(
    name="pager",
    command=("{python}", "-m", "box.pager"),
    port_variable="PAGER_PORT",
    ready_path="/healthz",
    memory_mib=128,
    environment=(
        ("PAGER_HOST", "127.0.0.1"),
        ("PAGER_PORT", "{port[pager]}"),
        ("PAGER_RUNBOOKS", "{root}/runbooks"),
        ("PAGER_DATA", "{data}"),
        ("PAGER_GRAPHS", "0"),  # the Prometheus that we build has no web pages
    ),
)

LOCUST = Service(
    name="locust",
    command=(
        "{python}",
        "-m",
        "locust",
        "--locustfile=loadtest/users.py",
        "--host={url[web]}",
        "--web-host=127.0.0.1",
        "--web-port={port[locust]}",
    ),
    port_variable="LOCUST_PORT",
    ready_path="/",
    memory_mib=256,
    needs=("web",),
)

SERVICES = (CATALOG, ORDERS, WEB, PROMETHEUS, ALERTMANAGER, PAGER, LOCUST)
BY_NAME: Mapping[str, Service] = {service.name: service for service in SERVICES}
