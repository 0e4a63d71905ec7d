"""The one table of what runs natively: names, commands, ports, readiness, memory and needs."""

from collections.abc import Mapping
from dataclasses import dataclass

# Command and environment templates may name: {python}, {bin[<server>]} (programs), {root} and {run} (folders),
# {data} (this service's data folder), {folder} (the same, as a path from {run}: it has no character that a config could
# read as syntax), {port[<service>]}, {url[<service>]}, {lookback} and {resend_delay} (Prometheus'), {database} (the
# shop's database URL), {jaeger} (the query API of Jaeger, empty where Tempo runs). Of a service's further ports they
# name {port[<service>/<port>]}.


# A probe comes every 5 s and waits 4 s for its answer. A tier is restarted after two without one: back within 30 s, and
# left alone when it hangs for 5 s. What keeps data may be busy with it for longer.
TIER_SILENT_SECONDS = 8.0
STORE_SILENT_SECONDS = 60.0


@dataclass(frozen=True, slots=True)
class Port:
    """A further port of a service: its name, its variable in `.env`, and its number inside of a container."""

    name: str
    variable: str
    in_container: int


@dataclass(frozen=True, slots=True)
class Service:
    """One process of the stack.

    Attributes:
        name: what it is called everywhere.
        command: program and arguments.
        port_variable: the variable of the port that it is asked on whether it is ready.
        ready_path: what it is asked.
        memory_mib: what it may reach before `box status` marks it.
        needs: whom it needs in order to be of use; each waits by itself.
        environment: its variables.
        with_collector: further variables where the Collector runs, too.
        directory: where it is started.
        more_ports: on what else it listens.
        configs: files of the checkout that it reads as they are; when one changes, `box up` starts again.
        alive_path: what it is asked on whether it is alive; without one it is never restarted for giving no answer.
        silent_seconds: how long it may give no answer before it is restarted.
    """

    name: str
    command: tuple[str, ...]
    port_variable: str
    ready_path: str
    memory_mib: int
    needs: tuple[str, ...] = ()
    environment: tuple[tuple[str, str], ...] = ()
    with_collector: tuple[tuple[str, str], ...] = ()
    directory: str = "{root}"
    more_ports: tuple[Port, ...] = ()
    configs: tuple[str, ...] = ()
    alive_path: str = ""
    silent_seconds: float = STORE_SILENT_SECONDS

    @property
    def ports(self) -> tuple[tuple[str, str], ...]:
        """Return name and variable of each port; the first has the name of the service."""
        more = tuple((f"{self.name}/{port.name}", port.variable) for port in self.more_ports)
        return ((self.name, self.port_variable), *more)


TIERS = ("web", "catalog", "orders")
TIER_ENVIRONMENT = (("SHOP_HOST", "127.0.0.1"), ("SHOP_DATABASE_URL", "{database}"))
TIER_WITH_COLLECTOR = (("OTEL_EXPORTER_OTLP_ENDPOINT", "{url[otel-collector/otlp-http]}"),)

CATALOG = Service(
    name="catalog",
    command=("{python}", "-m", "apps.catalog"),
    port_variable="CATALOG_PORT",
    ready_path="/readyz",
    alive_path="/healthz",
    silent_seconds=TIER_SILENT_SECONDS,
    memory_mib=192,
    environment=(
        *TIER_ENVIRONMENT,
        ("SHOP_ADMIN_TOKEN_FILE", "{run}/secrets/admin-catalog"),
        ("SHOP_PORT", "{port[catalog]}"),
    ),
    with_collector=TIER_WITH_COLLECTOR,
)

ORDERS = Service(
    name="orders",
    command=("{python}", "-m", "apps.orders"),
    port_variable="ORDERS_PORT",
    ready_path="/readyz",
    alive_path="/healthz",
    silent_seconds=TIER_SILENT_SECONDS,
    memory_mib=192,
    environment=(
        *TIER_ENVIRONMENT,
        ("SHOP_ADMIN_TOKEN_FILE", "{run}/secrets/admin-orders"),
        ("SHOP_PORT", "{port[orders]}"),
    ),
    with_collector=TIER_WITH_COLLECTOR,
)

WEB = Service(
    name="web",
    command=("{python}", "-m", "apps.web"),
    port_variable="WEB_PORT",
    ready_path="/readyz",
    alive_path="/healthz",
    silent_seconds=TIER_SILENT_SECONDS,
    memory_mib=192,
    needs=("catalog", "orders"),
    environment=(
        *TIER_ENVIRONMENT,
        ("SHOP_ADMIN_TOKEN_FILE", "{run}/secrets/admin-web"),
        ("SHOP_PORT", "{port[web]}"),
        ("SHOP_CATALOG_URL", "{url[catalog]}"),
        ("SHOP_ORDERS_URL", "{url[orders]}"),
    ),
    with_collector=TIER_WITH_COLLECTOR,
)

PROMETHEUS = Service(
    name="prometheus",
    command=(
        "{bin[prometheus]}",
        "--config.file=prometheus.yml",
        "--storage.tsdb.path={data}",
        "--storage.tsdb.retention.time=40d",
        "--storage.tsdb.retention.size=2GB",
        "--rules.alert.resend-delay={resend_delay}",
        "--web.listen-address=127.0.0.1:{port[prometheus]}",
        "--web.external-url={url[slo-serve]}",
        "--query.lookback-delta={lookback}",
        "--enable-feature=exemplar-storage",
    ),
    port_variable="PROMETHEUS_PORT",
    ready_path="/-/ready",
    alive_path="/-/healthy",
    memory_mib=352,
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
    alive_path="/-/healthy",
    silent_seconds=TIER_SILENT_SECONDS,
    memory_mib=80,
    needs=("pager",),
    directory="{run}",
)

PAGER = Service(
    name="pager",
    command=("{python}", "-m", "box.pager"),
    port_variable="PAGER_PORT",
    ready_path="/healthz",
    alive_path="/healthz",
    silent_seconds=TIER_SILENT_SECONDS,
    memory_mib=96,
    environment=(
        ("PAGER_HOST", "127.0.0.1"),
        ("PAGER_PORT", "{port[pager]}"),
        ("PAGER_RUNBOOKS", "{root}/runbooks"),
        ("PAGER_DATA", "{data}"),
    ),
)

PROBER = Service(
    name="prober",
    command=("{python}", "-m", "box.prober"),
    port_variable="PROBER_PORT",
    ready_path="/healthz",
    alive_path="/healthz",
    silent_seconds=TIER_SILENT_SECONDS,
    memory_mib=80,
    needs=("web",),
    environment=(
        ("PROBER_HOST", "127.0.0.1"),
        ("PROBER_PORT", "{port[prober]}"),
        ("PROBER_TARGET", "{url[web]}"),
    ),
)

# Prometheus' links to expressions lead here: see its external URL.
SLO_SERVE = Service(
    name="slo-serve",
    command=(
        *("{python}", "-m", "slo", "serve", "--listen=127.0.0.1:{port[slo-serve]}", "--refresh=5"),
        *("--prometheus={url[prometheus]}", "--alertmanager={url[alertmanager]}"),
        *("--link=Shop={url[web]}/products", "--link=Load={url[locust]}/"),
        *("--link=Pager={url[pager]}/", "--link=Runbooks={url[pager]}/runbooks/"),
    ),
    port_variable="SLO_SERVE_PORT",
    ready_path="/healthz",
    alive_path="/healthz",
    memory_mib=160,
    needs=("prometheus",),
    with_collector=(("SLO_JAEGER_URL", "{jaeger}"), ("SLO_VICTORIALOGS_URL", "{url[victoria-logs]}")),
)

# Never restarted for giving no answer: its run, which may be what keeps it busy, would end.
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

# ---- logs and traces: `box up --full` -----------------------------------------------------------------------------

# Whoever writes ten thousand lines a second must not take the processor from those who serve customers.
AFTER_THE_SHOP = ("nice", "-n", "10")
TRACES_OTLP = Port("otlp-grpc", "TRACES_OTLP_PORT", 4317)

OTEL_COLLECTOR = Service(
    name="otel-collector",
    command=(*AFTER_THE_SHOP, "{bin[otelcol]}", "--config={root}/monitoring/otel-collector/config.yaml"),
    port_variable="COLLECTOR_HEALTH_PORT",
    ready_path="/",
    alive_path="/",
    memory_mib=256,
    needs=("victoria-logs",),
    environment=(
        ("COLLECTOR_HOST", "127.0.0.1"),
        ("COLLECTOR_DATA", "{folder}"),
        ("COLLECTOR_HEALTH_PORT", "{port[otel-collector]}"),
        ("COLLECTOR_METRICS_PORT", "{port[otel-collector/metrics]}"),
        ("COLLECTOR_DERIVED_PORT", "{port[otel-collector/derived]}"),
        ("OTLP_GRPC_PORT", "{port[otel-collector/otlp-grpc]}"),
        ("OTLP_HTTP_PORT", "{port[otel-collector/otlp-http]}"),
        ("LOGS_ENDPOINT", "{url[victoria-logs]}/insert/opentelemetry/v1/logs"),
        ("TRACES_ENDPOINT", "127.0.0.1:{traces}"),
        ("GOMEMLIMIT", "200MiB"),
    ),
    directory="{run}",
    more_ports=(
        Port("otlp-grpc", "OTLP_GRPC_PORT", 4317),
        Port("otlp-http", "OTLP_HTTP_PORT", 4318),
        Port("metrics", "COLLECTOR_METRICS_PORT", 8888),
        Port("derived", "COLLECTOR_DERIVED_PORT", 8889),
    ),
    configs=("monitoring/otel-collector/config.yaml",),
)

# What it has acknowledged it writes within a second. Its streams are the resource attributes that the Collector names.
VICTORIA_LOGS = Service(
    name="victoria-logs",
    command=(
        *AFTER_THE_SHOP,
        "{bin[victoria-logs]}",
        "-storageDataPath={folder}",
        "-httpListenAddr=127.0.0.1:{port[victoria-logs]}",
        "-retentionPeriod=3d",
        "-retention.maxDiskSpaceUsageBytes=1GiB",
        "-memory.allowedBytes=64MiB",
        "-inmemoryDataFlushInterval=1s",
        "-defaultMsgValue=",
        "-http.disableCORS",  # or every web page in the browser could read the logs
        "-loggerLevel=WARN",
    ),
    port_variable="VICTORIALOGS_PORT",
    ready_path="/health",
    alive_path="/health",
    memory_mib=256,
    environment=(("GOMEMLIMIT", "200MiB"),),
    directory="{run}",
)

# Badger, its store, has buffers of a fixed size that no setting of Jaeger changes: a table of 83 MiB, for a moment two.
# Beside them the garbage of Go's usual GOGC of 100 would come close to the limit.
JAEGER = Service(
    name="jaeger",
    command=(*AFTER_THE_SHOP, "{bin[jaeger]}", "--config={root}/monitoring/jaeger/config.yaml"),
    port_variable="JAEGER_PORT",
    ready_path="/api/services",
    alive_path="/",
    memory_mib=256,
    environment=(
        ("JAEGER_HOST", "127.0.0.1"),
        ("JAEGER_DATA", "{folder}"),
        ("JAEGER_PORT", "{port[jaeger]}"),
        ("JAEGER_METRICS_PORT", "{port[jaeger/metrics]}"),
        ("TRACES_OTLP_PORT", "{port[jaeger/otlp-grpc]}"),
        ("GOMEMLIMIT", "200MiB"),
        ("GOGC", "25"),
    ),
    directory="{run}",
    more_ports=(TRACES_OTLP, Port("metrics", "JAEGER_METRICS_PORT", 14269)),
    configs=("monitoring/jaeger/config.yaml",),
)

TEMPO = Service(
    name="tempo",
    command=(
        *AFTER_THE_SHOP,
        "{bin[tempo]}",
        "-config.file={root}/monitoring/tempo/tempo.yaml",
        "-config.expand-env=true",
    ),
    port_variable="TEMPO_PORT",
    ready_path="/ready",
    alive_path="/ready",
    memory_mib=256,
    environment=(
        ("TEMPO_HOST", "127.0.0.1"),
        ("TEMPO_PORT", "{port[tempo]}"),
        ("TEMPO_GRPC_PORT", "{port[tempo/grpc]}"),
        ("TRACES_OTLP_PORT", "{port[tempo/otlp-grpc]}"),
        ("TEMPO_DATA", "{folder}"),
        ("GOMEMLIMIT", "160MiB"),
    ),
    directory="{run}",
    more_ports=(TRACES_OTLP, Port("grpc", "TEMPO_GRPC_PORT", 9096)),
    configs=("monitoring/tempo/tempo.yaml",),
)

CORE = (CATALOG, ORDERS, WEB, PROMETHEUS, ALERTMANAGER, PAGER, PROBER, SLO_SERVE, LOCUST)
TRACE_STORES = (JAEGER, TEMPO)
"""One of them runs: Tempo where PATH has it, for no package registry does."""
SERVICES = (*CORE, OTEL_COLLECTOR, VICTORIA_LOGS, *TRACE_STORES)
BY_NAME: Mapping[str, Service] = {service.name: service for service in SERVICES}
PORT_VARIABLES: Mapping[str, str] = {name: variable for service in SERVICES for name, variable in service.ports}


def selection(trace_store: str = "") -> tuple[Service, ...]:
    """Return what runs together: the core, and with the name of a trace store all that keeps logs and traces."""
    return (*CORE, OTEL_COLLECTOR, VICTORIA_LOGS, BY_NAME[trace_store]) if trace_store else CORE
