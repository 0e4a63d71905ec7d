"""Links between the pages, and to Grafana and Prometheus; all keep the range of time."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import parse_qs, urlencode, urlsplit

if TYPE_CHECKING:
    from slo.serve.fleet import Alert, Member, Slo
    from slo.serve.periods import Period


def slo_fields(slo: Slo, member: Member | None = None) -> dict[str, str]:
    """Return the parameters that name an SLO, or one member of its group."""
    own = slo.identity
    named = {"service": own.service, "slo": own.slo, "shard": own.shard}
    origin = {f"origin.{name}": value for name, value in own.origin}
    labels = {f"member.{name}": value for name, value in (member.labels if member else {}).items()}
    return {**named, **origin, **labels}


def slo_path(slo: Slo, member: Member | None = None, period: Period | None = None) -> str:
    """Return the address of the page of an SLO, or of one member of its group."""
    return "/slo?" + urlencode({**slo_fields(slo, member), **(period.query if period else {})})


def chart_path(name: str, slo: Slo, member: Member, period: Period) -> str:
    """Return the address of the data of a chart."""
    return f"/api/charts/{name}" + slo_path(slo, member, period).removeprefix("/slo")


def query_path(expression: str, period: Period | None = None) -> str:
    """Return the address of the console with an expression."""
    return "/query?" + urlencode({"expr": expression, **(period.query if period else {})})


def alert_path(alert: Alert) -> str:
    """Return the address of the SLO that an alert is about; empty where there is none."""
    labels = {name: alert.labels.get(name, "") for name in ("service", "slo")}
    shard = {"shard": alert.labels["shard"]} if alert.labels.get("shard") else {}
    return "/slo?" + urlencode({**labels, **shard}) if all(labels.values()) else ""


def alert_key(alert: Alert) -> frozenset[tuple[str, str]]:
    """Return what finds an alert of Prometheus among those of Alertmanager: its labels, without empty ones."""
    return frozenset((name, value) for name, value in {"alertname": alert.name, **alert.labels}.items() if value)


def source_path(generator: str) -> str:
    """Return the console with the expression of an alert, from the address that Prometheus wrote into it."""
    try:
        expression = parse_qs(urlsplit(generator).query).get("g0.expr", [""])[0]
    except ValueError:
        return ""
    return query_path(expression) if expression else ""


@dataclass(frozen=True, slots=True)
class Outside:
    """Web pages of other programs, as browsers reach them: Grafana with the UID of its data source, Prometheus."""

    grafana: str = ""
    datasource: str = ""
    prometheus: str = ""

    def open(self, expression: str, period: Period) -> dict[str, str]:
        """Return title and address of each page that can show an expression."""
        found = {"Grafana": self._grafana(expression, period), "Prometheus": self._prometheus(expression, period)}
        return {title: url for title, url in found.items() if url}

    def _grafana(self, expression: str, period: Period) -> str:
        if not self.grafana:
            return ""
        start, end = (f"{round(each * 1_000)}" for each in period.times)
        times = {"from": start, "to": end} if period.fixed else {"from": f"now-{period.seconds:.0f}s", "to": "now"}
        source = {"type": "prometheus", "uid": self.datasource}
        query = {"refId": "A", "datasource": source, "expr": expression, "range": True}
        panes = {"slo": {"datasource": self.datasource, "queries": [query], "range": times}}
        given = {"schemaVersion": 1, "orgId": 1, "panes": json.dumps(panes)}
        return f"{self.grafana.rstrip('/')}/explore?{urlencode(given)}"

    def _prometheus(self, expression: str, period: Period) -> str:
        if not self.prometheus:
            return ""
        given = {"g0.expr": expression, "g0.tab": "0", "g0.range_input": f"{period.seconds:.0f}s"}
        end = {"g0.end_input": period.fields[1].replace("T", " ")} if period.fixed else {}
        return f"{self.prometheus.rstrip('/')}/graph?{urlencode({**given, **end})}"
