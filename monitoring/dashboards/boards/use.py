"""USE: utilization, saturation and errors of processes, pools, caches, databases and the host."""

from monitoring.dashboards.board import TIER, Board, Row
from monitoring.dashboards.panels import lines, q, timeline

SHOP = 'job="shop",service=~"$service"'

BOARD = Board(
    uid="use",
    title="USE of resources",
    description="Utilization, saturation and errors: processes, pools, cache, breakers, Postgres, Redis, host.",
    variables=(TIER,),
    rows=(
        Row(
            "Processes",
            (
                lines(
                    "CPU",
                    "percentunit",
                    q(f"rate(process_cpu_seconds_total{{{SHOP}}}[$__rate_interval])", "{{service}}"),
                    note="Of one core.",
                ),
                lines(
                    "Resident memory",
                    "bytes",
                    q(f"process_resident_memory_bytes{{{SHOP}}}", "{{service}}"),
                    note="Pages of files included.",
                ),
                lines(
                    "Open file descriptors",
                    "percentunit",
                    q(f"process_open_fds{{{SHOP}}} / process_max_fds", "{{service}}"),
                    note="Of the limit of the process.",
                    most=1,
                ),
            ),
        ),
        Row(
            "Pools, cache, breakers",
            (
                lines(
                    "Database connections in use",
                    "percentunit",
                    q(
                        'sum by (service) (shop_database_connections{state="in_use"}) / sum by (service) (shop_database_connections_limit)',
                        "{{service}}",
                    ),
                    note="Of the pool. A full pool makes requests wait.",
                    most=1,
                ),
                lines(
                    "Cache hit ratio",
                    "percentunit",
                    q(
                        'sum(rate(shop_cache_requests_total{result="hit"}[$__rate_interval])) / sum(rate(shop_cache_requests_total[$__rate_interval]))',
                        "hits",
                    ),
                    note="Of the catalog's cache; bypassed requests are misses.",
                    most=1,
                ),
                lines(
                    "Retry budget",
                    "short",
                    q("shop_retry_budget", "{{service}} to {{dependency}}"),
                    note="Retries that are still allowed.",
                ),
                timeline(
                    "Circuit breakers",
                    q(
                        'max by (service, dependency) (shop_breaker_state{state="half_open"}) + 2 * max by (service, dependency) (shop_breaker_state{state="open"})',
                        "{{service}} to {{dependency}}",
                    ),
                    states=(("0", "closed", "transparent"), ("1", "half open", "orange"), ("2", "open", "red")),
                    note="An open breaker refuses calls at once.",
                ),
            ),
        ),
        Row(
            "Postgres and Redis (containers)",
            (
                lines(
                    "Postgres connections",
                    "percentunit",
                    q("sum(postgresql_backends) / max(postgresql_connection_max)", "in use"),
                    note="Of max_connections. In containers only.",
                    most=1,
                ),
                lines(
                    "Postgres transactions per second",
                    "ops",
                    q("sum(rate(postgresql_commits_total[$__rate_interval]))", "commits"),
                    q("sum(rate(postgresql_rollbacks_total[$__rate_interval]))", "rollbacks"),
                    note="In containers only.",
                ),
                lines(
                    "Redis memory",
                    "bytes",
                    q("sum(redis_memory_used_bytes)", "used"),
                    q("sum(redis_maxmemory_bytes)", "limit"),
                    note="In containers only.",
                ),
            ),
        ),
        Row(
            "Host (containers)",
            (
                lines(
                    "CPU busy",
                    "percentunit",
                    q(
                        '1 - sum(rate(system_cpu_time_seconds_total{state="idle"}[$__rate_interval])) / sum(rate(system_cpu_time_seconds_total[$__rate_interval]))',
                        "busy",
                    ),
                    note="Of all cores. In containers only.",
                    most=1,
                ),
                lines(
                    "Memory used",
                    "percentunit",
                    q('sum(system_memory_usage_bytes{state="used"}) / sum(system_memory_usage_bytes)', "used"),
                    note="In containers only.",
                    most=1,
                ),
                lines(
                    "Disk of the volumes",
                    "percentunit",
                    q('sum(system_filesystem_usage_bytes{state="used"}) / sum(system_filesystem_usage_bytes)', "used"),
                    note="In containers only.",
                    most=1,
                ),
            ),
        ),
    ),
)
