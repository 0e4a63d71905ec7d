"""Reads the state of the demo's SLO from Prometheus, Alertmanager and the pager."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import requests

from box.demo.objective import Objective
from box.errors import BoxError
from box.http import LocalSession, reason
from box.settings import Settings

ANSWER_SECONDS = 5.0
SERIES = "slo:(budget_remaining:ratio|error_ratio:(5m|1h)|events:(5m|1h|30d))"


@dataclass(frozen=True, slots=True)
class Observation:
    """The state of all three at one time; times are seconds since epoch.

    Attributes:
        at: when they were asked.
        values: recorded series by name, and by name and kind for events; series without data are missing.
        active: tier -> since when it is active in Prometheus.
        routed: tiers that are active in Alertmanager.
        suppressed: tiers that Alertmanager inhibits.
        paged: tier -> first notification that it fires.
        cleared: tier -> first notification that it is resolved, unless it fires again.
    """

    at: float
    values: Mapping[str, float] = field(default_factory=dict)
    active: Mapping[str, float] = field(default_factory=dict)
    routed: frozenset[str] = frozenset()
    suppressed: frozenset[str] = frozenset()
    paged: Mapping[str, float] = field(default_factory=dict)
    cleared: Mapping[str, float] = field(default_factory=dict)

    @property
    def page_active(self) -> bool:
        """Return whether a paging tier is active in Prometheus; tickets of an earlier run may be."""
        return bool(_pages(self.active))

    @property
    def paged_at(self) -> float | None:
        """Return when the first page arrived."""
        return min((self.paged[tier] for tier in _pages(self.paged)), default=None)

    @property
    def resolved_at(self) -> float | None:
        """Return when the last of the pages that arrived was resolved."""
        arrived = _pages(self.paged)
        if not arrived or not arrived <= set(self.cleared):
            return None
        return max(self.cleared[tier] for tier in arrived)


def _pages(tiers: Iterable[str]) -> set[str]:
    return {tier for tier in tiers if tier.startswith("page-")}


class Observer:
    """The three servers, asked about one SLO."""

    def __init__(self, settings: Settings, objective: Objective) -> None:
        self._settings = settings
        self._objective = objective
        self._session = LocalSession(ANSWER_SECONDS)

    def observe(self, now: float, since: float) -> Observation:
        """Return the state; notifications count from `since`.

        Raises:
            BoxError: one of the servers does not answer.
        """
        try:
            routed, suppressed = self._alertmanager()
            paged, cleared = self._pager(since)
            return Observation(now, self._values(), self._active(), routed, suppressed, paged, cleared)
        except (requests.RequestException, ValueError, KeyError) as error:
            raise BoxError(f"unexpected answer from a server of the demo: {reason(error)}") from error

    def count_bad(self) -> float:
        """Return the bad events in the shop's own counters since it started.

        Raises:
            BoxError: Prometheus does not answer.
        """
        try:
            rows = self._get("prometheus", "/api/v1/query", query=f"sum({self._objective.bad})")["data"]["result"]
        except (requests.RequestException, ValueError, KeyError) as error:
            raise BoxError(f"unexpected answer from Prometheus: {reason(error)}") from error
        return float(rows[0]["value"][1]) if rows else 0.0

    def _get(self, service: str, path: str, **parameters: str) -> Any:  # noqa: ANN401 -- JSON is anything
        answer = self._session.get(self._settings.url(service) + path, params=parameters)
        answer.raise_for_status()
        return answer.json()

    def _values(self) -> dict[str, float]:
        selector = f'{{__name__=~"{SERIES}",slo="{self._objective.name}",service="{self._objective.service}"}}'
        answer = self._get("prometheus", "/api/v1/query", query=selector)
        found = {}
        for row in answer["data"]["result"]:
            labels = row["metric"]
            key = " ".join(filter(None, (labels["__name__"], labels.get("kind"))))
            found[key] = float(row["value"][1])
        return found

    def _active(self) -> dict[str, float]:
        alerts = self._get("prometheus", "/api/v1/alerts")["data"]["alerts"]
        return {
            each["labels"]["tier"]: seconds(each["activeAt"])
            for each in alerts
            if self._is_ours(each["labels"]) and each["state"] == "firing"
        }

    def _alertmanager(self) -> tuple[frozenset[str], frozenset[str]]:
        alerts = self._get("alertmanager", "/api/v2/alerts", filter=f'alertname="{self._objective.alert}"')
        by_state: dict[str, set[str]] = {"active": set(), "suppressed": set()}
        for each in alerts:
            by_state.setdefault(each["status"]["state"], set()).add(each["labels"]["tier"])
        return frozenset(by_state["active"]), frozenset(by_state["suppressed"])

    def _pager(self, since: float) -> tuple[dict[str, float], dict[str, float]]:
        paged: dict[str, float] = {}
        cleared: dict[str, float] = {}
        for notification in reversed(self._get("pager", "/api/notifications")):
            if notification["received"] < since:
                continue
            for alert in notification["alerts"]:
                if self._is_ours(alert["labels"]):
                    _enter(alert, notification["received"], paged, cleared)
        return paged, cleared

    def _is_ours(self, labels: Mapping[str, str]) -> bool:
        return labels.get("alertname") == self._objective.alert and "tier" in labels


def _enter(alert: Mapping[str, Any], at: float, paged: dict[str, float], cleared: dict[str, float]) -> None:
    tier = alert["labels"]["tier"]
    if alert["status"] == "firing":
        paged.setdefault(tier, at)
        cleared.pop(tier, None)
    else:
        cleared.setdefault(tier, at)


def seconds(text: str) -> float:
    """Return a timestamp of Prometheus in seconds since epoch."""
    return datetime.fromisoformat(text).timestamp()
