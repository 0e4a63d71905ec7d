"""Load test: what the load did to customers and to the budget."""

from monitoring.dashboards.board import Board, Row
from monitoring.dashboards.panels import bars, lines, number, q

WEB = 'job="shop",service="web"'

BOARD = Board(
    uid="load",
    title="Load test",
    description="Achieved rate, errors, latency from the intended start, and the budget that this range has spent.",
    range="now-30m",
    rows=(
        Row(
            "",
            (
                number(
                    "Requests",
                    "short",
                    q(f"sum(increase(http_requests_total{{{WEB}}}[$__range]))"),
                    note="In the range above.",
                ),
                number(
                    "Errors",
                    "percentunit",
                    q(
                        f'sum(increase(http_requests_total{{{WEB},status=~"5.."}}[$__range])) / sum(increase(http_requests_total{{{WEB}}}[$__range]))'
                    ),
                    note="Status 5xx, in the range above.",
                    limits=((0, "green"), (0.001, "orange"), (0.01, "red")),
                ),
                number(
                    "Probes not started",
                    "short",
                    q("sum(increase(probe_unmeasured_total[$__range]))"),
                    note="Probes that the prober itself could not start on time: its numbers are not to be trusted then.",
                    limits=((0, "green"), (1, "red")),
                ),
                number(
                    "Slowest start of a probe",
                    "s",
                    q("histogram_quantile(1, sum by (le) (rate(probe_lag_seconds_bucket[$__rate_interval])))"),
                    note="Lag of the prober behind its schedule.",
                    limits=((0, "green"), (0.1, "orange")),
                ),
                bars(
                    "Budget spent in this range",
                    "percentunit",
                    q(
                        "clamp_min(min by (slo) (slo:budget_remaining:ratio offset $__range) - min by (slo) (slo:budget_remaining:ratio), 0)",
                        "{{slo}}",
                    ),
                    note="Share of the error budget, by SLO.",
                    width=8,
                ),
            ),
        ),
        Row(
            "Achieved",
            (
                lines(
                    "Requests per second",
                    "reqps",
                    q(f"sum by (route) (rate(http_requests_total{{{WEB}}}[$__rate_interval])) > 0", "{{route}}"),
                    note="By route of web.",
                    stacked=True,
                    width=12,
                ),
                lines(
                    "Latency from the intended start",
                    "s",
                    q(
                        "histogram_quantile(0.99, sum by (journey, le) (rate(probe_duration_seconds_bucket[$__rate_interval])))",
                        "{{journey}} p99",
                    ),
                    q(
                        "histogram_quantile(0.5, sum by (journey, le) (rate(probe_duration_seconds_bucket[$__rate_interval])))",
                        "{{journey}} p50",
                    ),
                    note="Probes start on schedule, whatever the answers do.",
                    width=12,
                ),
                lines(
                    "Outcome of probes",
                    "reqps",
                    q("sum by (outcome) (rate(probe_requests_total[$__rate_interval])) > 0", "{{outcome}}"),
                    note="From outside.",
                    stacked=True,
                    width=12,
                ),
                lines(
                    "Requests shed per second",
                    "reqps",
                    q("sum by (service) (rate(shop_requests_shed_total[$__rate_interval]))", "{{service}}"),
                    note="Refused because the tier is full.",
                    width=12,
                ),
            ),
        ),
    ),
)
