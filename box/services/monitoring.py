"""Prometheus, Alertmanager, the pager, the prober and the load generator."""

from box.services.model import TIER_SILENT_SECONDS, Service

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
    depends_on=("web", "catalog", "orders", "alertmanager"),
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
    depends_on=("pager",),
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
        ("PAGER_STATE", "{run}/state.json"),
        ("PAGER_ENV_FILE", "{root}/.env"),
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
    depends_on=("web",),
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
        *("{python}", "-m", "slo", "serve", "{run}/slos.yaml", "--runbooks={run}/runbooks"),
        *("--listen=127.0.0.1:{port[slo-serve]}", "--refresh=5"),
        *("--prometheus={url[prometheus]}", "--alertmanager={url[alertmanager]}"),
        *("--link=Shop={url[web]}/products", "--link=Load={url[locust]}/"),
        *("--link=Pager={url[pager]}/", "--link=Runbooks={url[pager]}/runbooks/"),
        "--link=Faults={url[pager]}/runbooks/README",
        "--notice=Faults=shop_fault_active==1",
    ),
    port_variable="SLO_SERVE_PORT",
    ready_path="/healthz",
    alive_path="/healthz",
    memory_mib=160,
    depends_on=("prometheus",),
    with_collector=(
        ("SLO_JAEGER_URL", "{jaeger}"),
        ("SLO_VICTORIALOGS_URL", "{url[victoria-logs]}"),
        ("SLO_LINKS", "Logs={url[victoria-logs]}/select/vmui/"),
    ),
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
    depends_on=("web",),
)
