"""The Collector and the stores of logs and traces: `box up --full`."""

from box.services.model import Port, Service

# A flood of ten thousand lines a second must not take the processor from the shop.
LOW_PRIORITY = ("nice", "-n", "10")
TRACES_OTLP = Port("otlp-grpc", "TRACES_OTLP_PORT", 4317)

OTEL_COLLECTOR = Service(
    name="otel-collector",
    command=(*LOW_PRIORITY, "{bin[otelcol]}", "--config={root}/monitoring/otel-collector/config.yaml"),
    port_variable="COLLECTOR_HEALTH_PORT",
    ready_path="/",
    alive_path="/",
    memory_mib=256,
    depends_on=("victoria-logs",),
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
        *LOW_PRIORITY,
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
    command=(*LOW_PRIORITY, "{bin[jaeger]}", "--config={root}/monitoring/jaeger/config.yaml"),
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
        *LOW_PRIORITY,
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
