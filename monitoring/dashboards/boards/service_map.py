"""Service map: who calls whom, how often, how fast, and what fails."""

from monitoring.dashboards.board import Board, Row
from monitoring.dashboards.panels import lines, nodes, q, rows

EDGE = "by (client, server)"

BOARD = Board(
    uid="service-map",
    title="Service map",
    description="Calls between services, from spans: the Collector counts them before sampling.",
    rows=(
        Row(
            "",
            (
                nodes(
                    "Service map", note="Drawn by Tempo's data source. Native boxes without Tempo have the table below."
                ),
            ),
        ),
        Row(
            "Edges",
            (
                rows(
                    "Calls now",
                    (
                        q(
                            f'label_join(sum {EDGE} (rate(traces_service_graph_request_total[$__rate_interval])), "edge", " to ", "client", "server")'
                        ),
                        "calls/s",
                        "reqps",
                    ),
                    key="edge",
                    note="Each pair of client and server.",
                    width=24,
                ),
                lines(
                    "Calls per second",
                    "reqps",
                    q(
                        f"sum {EDGE} (rate(traces_service_graph_request_total[$__rate_interval]))",
                        "{{client}} to {{server}}",
                    ),
                    note="From spans.",
                ),
                lines(
                    "Failed calls per second",
                    "reqps",
                    q(
                        f"sum {EDGE} (rate(traces_service_graph_request_failed_total[$__rate_interval]))",
                        "{{client}} to {{server}}",
                    ),
                    note="Absent until a call of the edge fails.",
                ),
                lines(
                    "Duration of calls, 95th percentile",
                    "s",
                    q(
                        "histogram_quantile(0.95, sum by (client, server, le) (rate(traces_service_graph_request_server_seconds_bucket[$__rate_interval])))",
                        "{{client}} to {{server}}",
                    ),
                    note="As the server measures it.",
                ),
            ),
        ),
        Row(
            "Operations",
            (
                lines(
                    "Spans per second",
                    "ops",
                    q(
                        "sum by (service_name, span_kind) (rate(traces_span_metrics_calls_total[$__rate_interval]))",
                        "{{service_name}} {{span_kind}}",
                    ),
                    note="Before sampling.",
                    width=12,
                ),
                lines(
                    "Spans that failed",
                    "percentunit",
                    q(
                        'sum by (service_name) (rate(traces_span_metrics_calls_total{status_code="STATUS_CODE_ERROR"}[$__rate_interval])) / sum by (service_name) (rate(traces_span_metrics_calls_total[$__rate_interval]))',
                        "{{service_name}}",
                    ),
                    note="Absent until a span fails.",
                    width=12,
                ),
            ),
        ),
    ),
)
