"""Traces: failed and slow requests, and how many traces are kept."""

from monitoring.dashboards.board import TIER, Board, Row
from monitoring.dashboards.panels import lines, q, traces

BOARD = Board(
    uid="traces",
    title="Traces",
    description="Failed and slow requests of the shop, and what sampling keeps.",
    variables=(TIER,),
    rows=(
        Row(
            "",
            (
                traces(
                    "Failed requests",
                    '{ resource.service.name =~ "$service" && status = error }',
                    note="All failed traces are kept.",
                ),
                traces(
                    "Requests slower than 500 ms",
                    '{ resource.service.name =~ "$service" && kind = server && duration > 500ms }',
                    note="Slow traces are kept, too.",
                ),
            ),
        ),
        Row(
            "Sampling",
            (
                lines(
                    "Traces per second",
                    "ops",
                    q("sum(rate(otelcol_processor_tail_sampling_new_trace_id_received[$__rate_interval]))", "received"),
                    q(
                        'sum(rate(otelcol_processor_tail_sampling_global_count_traces_sampled{sampled="true"}[$__rate_interval]))',
                        "kept",
                    ),
                    note="Tail sampling decides when a trace is complete.",
                ),
                lines(
                    "Traces in memory",
                    "short",
                    q("sum(otelcol_processor_tail_sampling_sampling_traces_on_memory)", "traces"),
                    note="Those that are not decided yet.",
                ),
                lines(
                    "Spans per second",
                    "ops",
                    q(
                        "sum by (service) (rate(otel_sdk_processor_span_processed_total[$__rate_interval]))",
                        "{{service}}",
                    ),
                    note="Processed by the SDK in each tier.",
                ),
            ),
        ),
    ),
)
