"""The pipeline itself: what is ingested, dropped and queued, and what observability costs."""

from monitoring.dashboards.board import Board, Row
from monitoring.dashboards.panels import bars, lines, number, q

BOARD = Board(
    uid="pipeline",
    title="Observability pipeline",
    description="Prometheus, Alertmanager, Collector and the stores: ingestion, drops, queues, cost.",
    rows=(
        Row(
            "Losses",
            (
                number(
                    "Targets down",
                    "short",
                    q("count(up == 0) or vector(0)"),
                    note="Targets that Prometheus cannot scrape.",
                    limits=((0, "green"), (1, "red")),
                ),
                number(
                    "Failed rule evaluations",
                    "short",
                    q("sum(increase(prometheus_rule_evaluation_failures_total[$__range]))"),
                    note="In the range above.",
                    limits=((0, "green"), (1, "red")),
                ),
                number(
                    "Missed rule evaluations",
                    "short",
                    q("sum(increase(prometheus_rule_group_iterations_missed_total[$__range]))"),
                    note="In the range above.",
                    limits=((0, "green"), (1, "red")),
                ),
                number(
                    "Failed notifications",
                    "short",
                    q("sum(increase(alertmanager_notifications_failed_total[$__range]))"),
                    note="In the range above; retried ones count, too.",
                    limits=((0, "green"), (1, "red")),
                ),
                number(
                    "Alerts dropped",
                    "short",
                    q("sum(increase(prometheus_notifications_dropped_total[$__range]))"),
                    note="Alerts that Prometheus could not send.",
                    limits=((0, "green"), (1, "red")),
                ),
                number(
                    "Dead man's switch",
                    "s",
                    q("max(pager_watchdog_age_seconds)"),
                    note="Age of the last sign of life at the pager.",
                    limits=((0, "green"), (45, "red")),
                ),
                lines(
                    "Collector: refused and failed per second",
                    "ops",
                    *(
                        q(f"sum(rate(otelcol_receiver_{what}[$__rate_interval]))", what.replace("_", " "))
                        for what in ("refused_spans", "refused_log_records", "failed_spans", "failed_log_records")
                    ),
                    note="Spans and records that the Collector did not take.",
                ),
                lines(
                    "Shop: telemetry dropped per second",
                    "ops",
                    q(
                        "sum by (service, signal) (rate(shop_telemetry_dropped_total[$__rate_interval]))",
                        "{{service}} {{signal}}",
                    ),
                    note="Lost while the Collector was away.",
                ),
                lines(
                    "Series beyond the label limit",
                    "ops",
                    q(
                        "sum by (service, metric) (rate(shop_label_overflow_total[$__rate_interval]))",
                        "{{service}} {{metric}}",
                    ),
                    note="Values of a label that were counted as other.",
                ),
            ),
        ),
        Row(
            "Ingestion",
            (
                lines(
                    "Samples per second",
                    "short",
                    q(
                        "sum by (type) (rate(prometheus_tsdb_head_samples_appended_total[$__rate_interval]))",
                        "{{type}}",
                    ),
                    note="Appended by Prometheus.",
                ),
                lines("Series", "short", q("prometheus_tsdb_head_series", "series"), note="In memory."),
                lines(
                    "Collector: accepted per second",
                    "ops",
                    q('sum(rate(otelcol_receiver_accepted_spans{job="otel-collector"}[$__rate_interval]))', "spans"),
                    q(
                        'sum(rate(otelcol_receiver_accepted_log_records{job="otel-collector"}[$__rate_interval]))',
                        "records",
                    ),
                    note="Spans and log records.",
                ),
                lines(
                    "Collector: queues",
                    "percentunit",
                    q(
                        "max by (exporter, data_type) (otelcol_exporter_queue_size / otelcol_exporter_queue_capacity)",
                        "{{exporter}} {{data_type}}",
                    ),
                    note="A full queue drops what comes next.",
                    most=1,
                ),
                lines(
                    "Shop: export queues",
                    "percentunit",
                    q(
                        "max by (service) (otel_sdk_processor_span_queue_size / otel_sdk_processor_span_queue_capacity)",
                        "{{service}} spans",
                    ),
                    q(
                        "max by (service) (otel_sdk_processor_log_queue_size / otel_sdk_processor_log_queue_capacity)",
                        "{{service}} logs",
                    ),
                    note="Of the SDK in each tier.",
                    most=1,
                ),
                lines(
                    "Alertmanager: notifications per second",
                    "ops",
                    q(
                        "sum by (integration) (rate(alertmanager_notifications_total[$__rate_interval]))",
                        "{{integration}}",
                    ),
                    note="All receivers.",
                ),
            ),
        ),
        Row(
            "Cost",
            (
                bars(
                    "Metrics with the most series",
                    "short",
                    q('topk(20, count by (__name__) ({__name__=~".+"}))', "{{__name__}}"),
                    note="The twenty metrics that cost the most memory.",
                ),
                lines(
                    "Rule evaluation",
                    "s",
                    q("max by (rule_group) (prometheus_rule_group_last_duration_seconds)", "{{rule_group}}"),
                    note="Duration of the last evaluation of each group.",
                    width=12,
                ),
                lines(
                    "CPU of observability",
                    "percentunit",
                    q('sum by (job) (rate(process_cpu_seconds_total{job!="shop"}[$__rate_interval]))', "{{job}}"),
                    note="Of one core. Processes which export it.",
                    width=12,
                    stacked=True,
                ),
                lines(
                    "Memory of observability",
                    "bytes",
                    q('sum by (job) (process_resident_memory_bytes{job!="shop"})', "{{job}}"),
                    note="Resident. Processes which export it.",
                    width=12,
                    stacked=True,
                ),
                lines(
                    "Growth of Prometheus' storage",
                    "bytes",
                    q(
                        "prometheus_tsdb_head_chunks_storage_size_bytes + prometheus_tsdb_wal_storage_size_bytes + prometheus_tsdb_storage_blocks_bytes",
                        "bytes",
                    ),
                    note="Blocks, log and head chunks.",
                    width=12,
                ),
                lines(
                    "Scrapes",
                    "s",
                    q("max by (job) (scrape_duration_seconds)", "{{job}}"),
                    note="Duration of the slowest scrape of each job.",
                    width=12,
                ),
            ),
        ),
    ),
)
