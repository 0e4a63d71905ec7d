"""What rules and runbooks may ask of the servers: name -> labels beside those of the target.

`tests/rules/test_platform_on_servers.py` and `tests/e2e/test_doctor.py` hold this list against what the servers export.
"""

SCRAPED = (
    "scrape_samples_scraped",
    "scrape_samples_post_metric_relabeling",
    "scrape_series_added",
)
"""What Prometheus records about every scrape."""

PROCESS = ("process_resident_memory_bytes", "process_cpu_seconds_total", "process_start_time_seconds")

PROMETHEUS: dict[str, tuple[str, ...]] = {
    "prometheus_config_last_reload_successful": (),
    "prometheus_notifications_alertmanagers_discovered": (),
    "prometheus_notifications_dropped_total": (),
    "prometheus_notifications_errors_total": ("alertmanager",),
    "prometheus_notifications_queue_length": (),
    "prometheus_rule_evaluation_failures_total": ("rule_group",),
    "prometheus_rule_group_interval_seconds": ("rule_group",),
    "prometheus_rule_group_iterations_missed_total": ("rule_group",),
    "prometheus_rule_group_iterations_total": ("rule_group",),
    "prometheus_rule_group_last_duration_seconds": ("rule_group",),
    "prometheus_target_scrape_pool_exceeded_label_limits_total": (),
    "prometheus_target_scrapes_exceeded_body_size_limit_total": (),
    "prometheus_target_scrapes_exceeded_sample_limit_total": (),
    "prometheus_tsdb_compactions_failed_total": (),
    "prometheus_tsdb_head_max_time_seconds": (),
    "prometheus_tsdb_head_series": (),
    "prometheus_tsdb_lowest_timestamp_seconds": (),
    "prometheus_tsdb_reloads_failures_total": (),
    "prometheus_tsdb_retention_limit_bytes": (),
    "prometheus_tsdb_storage_blocks_bytes": (),
    "prometheus_tsdb_wal_corruptions_total": (),
}

ALERTMANAGER: dict[str, tuple[str, ...]] = {
    "alertmanager_config_last_reload_successful": (),
    "alertmanager_notification_requests_failed_total": ("integration",),
    "alertmanager_notification_requests_total": ("integration",),
    "alertmanager_notifications_failed_total": ("integration",),
    "alertmanager_notifications_total": ("integration",),
}

COLLECTOR: dict[str, tuple[str, ...]] = {
    "otelcol_exporter_enqueue_failed_log_records": ("exporter",),
    "otelcol_exporter_enqueue_failed_metric_points": ("exporter",),
    "otelcol_exporter_enqueue_failed_spans": ("exporter",),
    "otelcol_exporter_queue_capacity": ("exporter",),
    "otelcol_exporter_queue_size": ("exporter",),
    "otelcol_exporter_send_failed_log_records": ("exporter",),
    "otelcol_exporter_send_failed_metric_points": ("exporter",),
    "otelcol_exporter_send_failed_spans": ("exporter",),
    "otelcol_exporter_sent_log_records": ("exporter",),
    "otelcol_exporter_sent_spans": ("exporter",),
    "otelcol_process_memory_rss": (),
    "otelcol_processor_tail_sampling_global_count_traces_sampled": ("decision",),
    "otelcol_receiver_accepted_log_records": ("receiver",),
    "otelcol_receiver_refused_log_records": ("receiver",),
    "otelcol_receiver_refused_metric_points": ("receiver",),
    "otelcol_receiver_refused_spans": ("receiver",),
}

LOKI: dict[str, tuple[str, ...]] = {"loki_discarded_samples_total": ("reason",)}

VICTORIA_LOGS: dict[str, tuple[str, ...]] = {
    "vl_data_size_bytes": ("type",),
    "vl_rows_dropped_total": ("reason",),
    "vm_log_messages_total": ("level", "location"),
}

JAEGER: dict[str, tuple[str, ...]] = {
    "otelcol_exporter_send_failed_spans_total": (),
    "otelcol_exporter_sent_spans_total": (),
    "otelcol_receiver_refused_spans_total": (),
}

TEMPO: dict[str, tuple[str, ...]] = {"tempo_discarded_spans_total": ("reason",)}


SDK: dict[str, tuple[str, ...]] = {
    "otel_sdk_processor_log_processed_total": ("otel_component_type", "error_type"),
    "otel_sdk_processor_span_processed_total": ("otel_component_type", "error_type"),
}
"""What OpenTelemetry's SDK shows in each tier that has a Collector; tests/apps/test_delivery.py fills its queues."""

INFRASTRUCTURE: dict[str, tuple[str, ...]] = {
    "postgresql_backends": (),
    "postgresql_commits_total": (),
    "postgresql_connection_max": (),
    "postgresql_db_size_bytes": (),
    "postgresql_deadlocks_total": (),
    "postgresql_rollbacks_total": (),
    "redis_clients_connected": (),
    "redis_commands_processed_total": (),
    "redis_keys_evicted_total": (),
    "redis_keyspace_hits_total": (),
    "redis_keyspace_misses_total": (),
    "redis_maxmemory_bytes": (),
    "redis_memory_used_bytes": (),
    "system_cpu_load_average_1m": (),
    "system_cpu_time_seconds_total": ("state",),
    "system_filesystem_usage_bytes": ("state",),
    "system_memory_usage_bytes": ("state",),
}
"""What the Collector reads of Postgres, Redis and the machine; `tests/e2e/test_compose.py` looks at what arrives."""

PAGER: dict[str, tuple[str, ...]] = {"pager_watchdog_age_seconds": ()}

SERVERS = (
    dict.fromkeys(PROCESS, ())
    | PROMETHEUS
    | ALERTMANAGER
    | COLLECTOR
    | LOKI
    | VICTORIA_LOGS
    | JAEGER
    | TEMPO
    | SDK
    | INFRASTRUCTURE
    | PAGER
)
