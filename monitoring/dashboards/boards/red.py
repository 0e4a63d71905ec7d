"""Service RED: rate, errors and duration of each tier."""

from monitoring.dashboards.board import TIER, Board, Row
from monitoring.dashboards.panels import durations, lines, q, rows

SHOP = 'job="shop",service=~"$service"'
RATE = f"rate(http_requests_total{{{SHOP}}}[$__rate_interval])"
FAILED = f'rate(http_requests_total{{{SHOP},status=~"5.."}}[$__rate_interval])'
BUCKETS = f"rate(http_request_duration_seconds_bucket{{{SHOP}}}[$__rate_interval])"

BOARD = Board(
    uid="red",
    title="Service RED",
    description="Rate, errors and duration of each tier, by route.",
    variables=(TIER,),
    rows=(
        Row(
            "Tiers",
            (
                lines(
                    "Requests per second", "reqps", q(f"sum by (service) ({RATE})", "{{service}}"), note="All answers."
                ),
                lines(
                    "Error ratio",
                    "percentunit",
                    q(f"sum by (service) ({FAILED}) / sum by (service) ({RATE})", "{{service}}"),
                    note="Answers with status 5xx.",
                ),
                lines(
                    "Duration, 50th and 99th percentile",
                    "s",
                    q(f"histogram_quantile(0.99, sum by (service, le) ({BUCKETS}))", "{{service}} p99", exemplars=True),
                    q(f"histogram_quantile(0.5, sum by (service, le) ({BUCKETS}))", "{{service}} p50"),
                    note="An estimate within buckets. A point is a request with a trace.",
                ),
            ),
        ),
        Row(
            "Routes",
            (
                durations(
                    "Duration of requests",
                    q(
                        f"sum by (le) (increase(http_request_duration_seconds_bucket{{{SHOP}}}[$__rate_interval]))",
                        "{{le}}",
                        exemplars=True,
                    ),
                    note="Requests by duration. A point is a request with a trace.",
                ),
                rows(
                    "Routes",
                    (q(f"sum by (route) ({RATE})"), "requests/s", "reqps"),
                    (q(f"sum by (route) ({FAILED})"), "errors/s", "reqps"),
                    (q(f"histogram_quantile(0.95, sum by (route, le) ({BUCKETS}))"), "p95", "s"),
                    key="route",
                    note="Rate, errors and duration now.",
                ),
                lines(
                    "Requests per second by route",
                    "reqps",
                    q(f"sum by (service, route) ({RATE}) > 0", "{{service}} {{route}}"),
                    note="Routes with traffic.",
                    width=12,
                ),
                lines(
                    "Answers per second by status",
                    "reqps",
                    q(f"sum by (status) ({RATE}) > 0", "{{status}}"),
                    note="All tiers chosen above.",
                    width=12,
                    stacked=True,
                ),
            ),
        ),
        Row(
            "Dependencies",
            (
                lines(
                    "Failed calls",
                    "percentunit",
                    q(
                        f'sum by (service, dependency) (rate(shop_dependency_requests_total{{{SHOP},outcome!="ok"}}[$__rate_interval]))'
                        f" / sum by (service, dependency) (rate(shop_dependency_requests_total{{{SHOP}}}[$__rate_interval]))",
                        "{{service}} to {{dependency}}",
                    ),
                    note="Calls from one tier to another, to the database and to the cache.",
                ),
                lines(
                    "Duration of calls, 95th percentile",
                    "s",
                    q(
                        f"histogram_quantile(0.95, sum by (service, dependency, le) (rate(shop_dependency_duration_seconds_bucket{{{SHOP}}}[$__rate_interval])))",
                        "{{service}} to {{dependency}}",
                    ),
                    note="As the caller measures it, retries apart.",
                ),
                lines(
                    "Retries per second",
                    "reqps",
                    q(
                        f"sum by (service, dependency, outcome) (rate(shop_retries_total{{{SHOP}}}[$__rate_interval]))",
                        "{{service}} to {{dependency}} {{outcome}}",
                    ),
                    note="A retry is denied when the retry budget is spent.",
                ),
            ),
        ),
    ),
)
