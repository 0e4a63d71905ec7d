"""The table: each fault, kill and pause, and the alerts that it must raise.

The harmless rows come first: what spends a budget leaves tickets that fire for the rest of the run.
"""

from __future__ import annotations

from tests.e2e.alerts.actions import (
    broken_config,
    broken_rule,
    fault,
    flood_of_lines,
    killed,
    old_records,
    paused,
    prometheus_killed_and_damaged,
    redis_killed,
    stuttering,
    together,
)
from tests.e2e.alerts.row import Row, pages, tickets

BROWSE = ("ShopBrowseAvailabilityBudgetBurn",)
CHECKOUT = ("ShopCheckoutAvailabilityBudgetBurn",)
BROWSE_SLOW = ("ShopBrowseLatencyBudgetBurn",)
CHECKOUT_SLOW = ("ShopCheckoutLatencyBudgetBurn",)
PROBED = ("ShopCheckoutProbeBudgetBurn",)
"""Pages when web sees nothing; otherwise a page about checkout inhibits it, unless it came first."""
ALL_OF_WEB = (*BROWSE, *CHECKOUT, *BROWSE_SLOW, *CHECKOUT_SLOW, *PROBED)
NO_CHECKOUT_DATA = ("ShopCheckoutAvailabilityNoData",)

BACKGROUND = Row("prometheus: a rule that fails", broken_rule, pages("RuleEvaluationFailing"), most=480)
"""Goes on beside the others, from the end of the first row until its alert fires, which takes six minutes."""

MONITORING = (
    Row(
        "prometheus: killed, write-ahead log damaged",
        prometheus_killed_and_damaged,
        pages("WatchdogMissing"),
        tickets("PrometheusStorageFailing"),
    ),
    Row(
        "alertmanager: killed",
        killed("alertmanager"),
        (*pages("WatchdogMissing"), *tickets("TargetDown", "AlertmanagerUnreachable", "AlertsDropped")),
    ),
    Row("pager: killed", killed("pager"), (*pages("AlertmanagerNotDelivering"), *tickets("TargetDown")), most=180),
    Row("prometheus: broken configuration", broken_config, tickets("ConfigReloadFailed")),
    Row(
        "prometheus and prober: paused for 4 of every 5 s, for 70 s",
        together(stuttering("prometheus"), stuttering("prober")),
        after=tickets("RuleIterationsMissed", "ProberNotMeasuring"),
        least=70,
        most=200,
    ),
)

TELEMETRY = (
    Row("orders: log_flood", fault("orders", "log_flood"), tickets("ShopLogsSuppressed")),
    Row("catalog: log_flood with bypass", fault("catalog", "log_flood", bypass=True), tickets("LogFlood")),
    Row("web: cardinality", fault("web", "cardinality"), tickets("ShopLabelOverflow")),
    Row(
        "catalog: cardinality with bypass, rate 0.3",
        fault("catalog", "cardinality", bypass=True, rate=0.3),
        tickets("CardinalityGrowing"),
    ),
    Row(
        "prober: killed",
        killed("prober"),
        tickets("TargetDown", "ShopCheckoutProbeNoData", "ShopBrowseProbeNoData"),
    ),
    Row("log records older than the store keeps", old_records, tickets("LogStoreDiscarding")),
    Row(
        "jaeger: killed; catalog: dependency (cache)",
        together(killed("jaeger"), fault("catalog", "dependency", dependency="cache")),
        tickets("TargetDown", "ShopCacheUnavailable"),
    ),
    Row(
        "otel-collector: killed; orders: log_flood with bypass",
        together(killed("otel-collector"), fault("orders", "log_flood", bypass=True)),
        tickets("TargetDown", "ShopTelemetryDropped"),
    ),
    Row(
        "victoria-logs: killed; 10,000 lines/s",
        together(killed("victoria-logs"), flood_of_lines),
        tickets("TargetDown", "CollectorQueueFilling", "CollectorRefusing"),
    ),
)

CAUSES_WITHOUT_SYMPTOM = (
    Row(
        "orders and catalog: errors, rate 0.05",
        together(fault("orders", "errors", rate=0.05), fault("catalog", "errors", rate=0.05)),
        tickets("ShopOrdersAvailabilityBudgetBurn", "ShopCatalogAvailabilityBudgetBurn"),
        least=45,
    ),
    Row(
        "orders: cardinality with bypass, rate 1",
        fault("orders", "cardinality", bypass=True),
        tickets("ScrapeRefused", "ShopOrdersAvailabilityNoData"),
    ),
)

SYMPTOMS = (
    Row(
        "orders: errors",
        fault("orders", "errors"),
        (
            *pages(*CHECKOUT),
            *tickets(*CHECKOUT, *PROBED, "ShopCheckoutAvailabilityBudgetExhausted"),
        ),
        may_page=PROBED,
        least=20,
    ),
    Row(
        "orders: dependency (database)",
        fault("orders", "dependency", dependency="database"),
        pages(*CHECKOUT),
        may_page=PROBED,
    ),
    Row(
        "web: dependency (orders)",
        fault("web", "dependency", dependency="orders"),
        pages(*CHECKOUT),
        may_page=PROBED,
    ),
    Row(
        "catalog: errors",
        fault("catalog", "errors"),
        (
            *pages(*BROWSE),
            *tickets(*BROWSE, "ShopBrowseAvailabilityBudgetExhausted", "ShopBrowseProbeBudgetBurn"),
        ),
        may_page=(*CHECKOUT, *PROBED),
        least=20,
    ),
    Row(
        "catalog: dependency (database)",
        fault("catalog", "dependency", dependency="database"),
        pages(*BROWSE),
        may_page=(*CHECKOUT, *PROBED),
    ),
    Row(
        "web: dependency (catalog)",
        fault("web", "dependency", dependency="catalog"),
        pages(*BROWSE),
        may_page=(*CHECKOUT, *PROBED),
    ),
    Row("web: errors", fault("web", "errors"), pages(*BROWSE, *CHECKOUT), may_page=PROBED),
    Row(
        "catalog: latency, 500 ms",
        fault("catalog", "latency", delay_ms=500),
        pages(*BROWSE_SLOW),
        may_page=(*CHECKOUT_SLOW, *PROBED),
    ),
    Row(
        "orders: latency, 1,500 ms",
        fault("orders", "latency", delay_ms=1500),
        pages(*CHECKOUT),
        may_page=(*CHECKOUT_SLOW, *PROBED),
    ),
    Row(
        "web: latency, 1,200 ms",
        fault("web", "latency", delay_ms=1200),
        (
            *pages(*BROWSE_SLOW, *CHECKOUT_SLOW),
            *tickets(*BROWSE_SLOW, *CHECKOUT_SLOW),
        ),
        may_page=(*BROWSE, *CHECKOUT, *PROBED),
    ),
)

RESOURCES = (
    Row("orders: cpu", fault("orders", "cpu"), may_page=(*CHECKOUT_SLOW, *PROBED), least=20),
    Row("web: memory_leak", fault("web", "memory_leak"), least=20),
    Row(
        "web: bad_deploy, rate 0.5",
        fault("web", "bad_deploy", rate=0.5, version="1.4.0"),
        pages(*BROWSE, *CHECKOUT),
        may_page=PROBED,
    ),
    Row(
        "orders: pool_exhaustion",
        fault("orders", "pool_exhaustion"),
        pages(*CHECKOUT),
        may_page=(*CHECKOUT_SLOW, *PROBED),
    ),
    Row(
        "orders: slow_database, 1,100 ms",
        fault("orders", "slow_database", delay_ms=1100),
        pages(*CHECKOUT),
        may_page=(*CHECKOUT_SLOW, *PROBED),
    ),
    Row("catalog: cache_stampede", fault("catalog", "cache_stampede"), may_page=BROWSE_SLOW, least=20),
)
"""Of the last of them the database of a laptop notices little: it slows down with `slow_database`."""

TIERS = (
    Row(
        "web: killed",
        killed("web"),
        (
            *pages(*NO_CHECKOUT_DATA),
            *tickets("TargetDown", "ShopCheckoutLatencyNoData"),
            *tickets("ShopBrowseAvailabilityNoData", "ShopBrowseLatencyNoData"),
        ),
        may_page=PROBED,
    ),
    Row(
        "catalog: killed",
        killed("catalog"),
        (*pages(*BROWSE), *tickets("TargetDown", "ShopCatalogAvailabilityNoData")),
        may_page=(*CHECKOUT, *BROWSE_SLOW, *PROBED),
    ),
    Row(
        "orders: killed",
        killed("orders"),
        (*pages(*CHECKOUT), *tickets("TargetDown")),
        may_page=(*CHECKOUT_SLOW, *PROBED),
    ),
    Row("web: paused for 15 s", paused("web"), pages(*PROBED), may_page=(*ALL_OF_WEB, *NO_CHECKOUT_DATA), least=15),
    Row("catalog: paused for 15 s", paused("catalog"), may_page=ALL_OF_WEB, least=15),
    Row("orders: paused for 15 s", paused("orders"), may_page=(*CHECKOUT, *CHECKOUT_SLOW, *PROBED), least=15),
)

WITH_REDIS = (Row("redis: killed", redis_killed, tickets("ShopCacheUnavailable")),)
"""Where the machine has a Redis."""

ROWS = (*MONITORING, *TELEMETRY, *CAUSES_WITHOUT_SYMPTOM, *SYMPTOMS, *RESOURCES, *TIERS[:1], *WITH_REDIS, *TIERS[1:])
