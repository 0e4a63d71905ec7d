"""Four golden signals: latency, traffic, errors, saturation of the shop as customers see it."""

from monitoring.dashboards.board import Board, Row
from monitoring.dashboards.panels import durations, lines, q

WEB = 'job="shop",service="web"'

BOARD = Board(
    uid="golden-signals",
    title="Four golden signals",
    description="Latency, traffic, errors and saturation of the shop, at its edge and from outside.",
    rows=(
        Row(
            "Latency",
            (
                durations(
                    "Duration at the edge",
                    q(
                        f"sum by (le) (increase(http_request_duration_seconds_bucket{{{WEB}}}[$__rate_interval]))",
                        "{{le}}",
                        exemplars=True,
                    ),
                    note="Requests to web by duration. A point is a request with a trace.",
                ),
                lines(
                    "Duration from outside, 99th percentile",
                    "s",
                    q(
                        "histogram_quantile(0.99, sum by (journey, le) (rate(probe_duration_seconds_bucket[$__rate_interval])))",
                        "{{journey}}",
                    ),
                    note="Probes start on schedule, whatever the answers do: a stall is seen.",
                    width=12,
                ),
            ),
        ),
        Row(
            "Traffic",
            (
                lines(
                    "Requests per second",
                    "reqps",
                    q(f"sum(rate(http_requests_total{{{WEB}}}[$__rate_interval]))", "requests"),
                    note="Requests to web.",
                    width=12,
                ),
                lines(
                    "Orders per second",
                    "reqps",
                    q("sum by (result) (rate(shop_orders_total[$__rate_interval]))", "{{result}}"),
                    note="Orders by result.",
                    width=12,
                ),
            ),
        ),
        Row(
            "Errors",
            (
                lines(
                    "Error ratio at the edge",
                    "percentunit",
                    q(
                        f'sum(rate(http_requests_total{{{WEB},status=~"5.."}}[$__rate_interval])) / sum(rate(http_requests_total{{{WEB}}}[$__rate_interval]))',
                        "errors",
                    ),
                    note="Answers of web with status 5xx.",
                    width=12,
                ),
                lines(
                    "Probes that failed",
                    "percentunit",
                    q(
                        'sum by (journey) (rate(probe_requests_total{outcome!="ok"}[$__rate_interval])) / sum by (journey) (rate(probe_requests_total[$__rate_interval]))',
                        "{{journey}}",
                    ),
                    note="Errors, refused connections and timeouts, from outside.",
                    width=12,
                ),
            ),
        ),
        Row(
            "Saturation",
            (
                lines(
                    "Requests in flight",
                    "percentunit",
                    q('shop_requests_in_flight{job="shop"} / shop_requests_in_flight_limit', "{{service}}"),
                    note="Of the limit above which a tier sheds load.",
                    most=1,
                ),
                lines(
                    "Threads busy",
                    "percentunit",
                    q(
                        'sum by (service) (shop_threads{state="busy"}) / sum by (service) (shop_threads_limit)',
                        "{{service}}",
                    ),
                    note="Of the worker threads of a tier.",
                    most=1,
                ),
                lines(
                    "Requests shed per second",
                    "reqps",
                    q("sum by (service) (rate(shop_requests_shed_total[$__rate_interval]))", "{{service}}"),
                    note="Refused with 503 because the tier is full.",
                ),
            ),
        ),
    ),
)
