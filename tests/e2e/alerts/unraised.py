"""Alerts that no row raises, each with the reason; promtool tests their rules."""

from __future__ import annotations

from tests.e2e.alerts.row import AlertKey

_PAGES = {"PrometheusStorageFailing": "needs a full or faulty disk"}
_TICKETS = {
    "PrometheusNearRetentionSize": "needs 1.6 GB of samples: weeks of this stack",
    "PrometheusSeriesNearLimit": "needs 50,000 series: the limit of 5,000 per scrape comes first",
    "CollectorDropping": "needs a store that is down for two hours, or 200,000 spans that wait for it",
    "TraceStoreDiscarding": "needs a trace store whose disk is full",
    "PostgresConnectionsNearLimit": "only in containers",
    "DiskFilling": "only in containers",
    "ShopBrowseLatencyBudgetExhausted": "needs seven minutes of slow requests (1% of the scaled 12 hours)",
    "ShopCheckoutLatencyBudgetExhausted": "as ShopBrowseLatencyBudgetExhausted",
    "ShopBrowseProbeBudgetExhausted": "as ShopBrowseLatencyBudgetExhausted",
    "ShopCheckoutProbeBudgetExhausted": "as ShopBrowseLatencyBudgetExhausted",
    "ShopCatalogAvailabilityBudgetExhausted": "needs several rows: the breaker of web lets few failing calls pass",
    "ShopOrdersAvailabilityBudgetExhausted": "as ShopCatalogAvailabilityBudgetExhausted",
}
UNRAISED = {
    **{AlertKey(name, "page"): reason for name, reason in _PAGES.items()},
    **{AlertKey(name, "ticket"): reason for name, reason in _TICKETS.items()},
}

CAUSES = ("ShopCatalogAvailabilityBudgetBurn", "ShopOrdersAvailabilityBudgetBurn")
"""SLOs of inner tiers: what customers notice of them pages by an SLO of web, so they must never page themselves."""
