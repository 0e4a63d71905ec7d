"""Logs: how many, how bad, and the records with links to their traces."""

from monitoring.dashboards.board import TIER, Board, Row
from monitoring.dashboards.panels import lines, log_lines, q, records

STREAM = '{service_name=~"$service"}'

BOARD = Board(
    uid="logs",
    title="Logs",
    description="Log records of the shop; a record links to the trace of its request.",
    variables=(TIER,),
    rows=(
        Row(
            "",
            (
                log_lines(
                    "Records by service",
                    f"sum by (service_name) (count_over_time({STREAM}[$__auto]))",
                    "{{service_name}}",
                    note="All records that Loki has.",
                ),
                log_lines(
                    "Records by level",
                    f"sum by (detected_level) (count_over_time({STREAM}[$__auto]))",
                    "{{detected_level}}",
                    note="All records that Loki has.",
                ),
                records(
                    "Errors",
                    f'{STREAM} | detected_level=~"error|critical|fatal"',
                    note="Open a record and follow its trace ID.",
                    height=8,
                ),
                records("All records", STREAM, note="Open a record and follow its trace ID."),
            ),
        ),
        Row(
            "Losses",
            (
                lines(
                    "Records dropped by the shop",
                    "short",
                    q(
                        'sum by (service) (rate(shop_log_lines_dropped_total{service=~"$service"}[$__rate_interval]))',
                        "{{service}} throttled",
                    ),
                    q(
                        'sum by (service) (rate(shop_telemetry_dropped_total{signal="logs",service=~"$service"}[$__rate_interval]))',
                        "{{service}} not delivered",
                    ),
                    note="Throttled in a flood, or lost while the Collector was away.",
                    width=12,
                ),
                lines(
                    "Records sent by the shop",
                    "short",
                    q(
                        'sum by (service) (rate(shop_telemetry_sent_total{signal="logs",service=~"$service"}[$__rate_interval]))',
                        "{{service}}",
                    ),
                    note="Delivered to the Collector.",
                    width=12,
                ),
            ),
        ),
    ),
)
