"""Links between the pages, and the ranges of time that they keep."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import urlencode

from slo.promql import PromqlError, parse_duration

if TYPE_CHECKING:
    from slo.serve.fleet import Alert, Member, Slo

RANGES = ("15m", "1h", "6h", "12h", "1d", "3d", "7d", "30d")
_SCALED_RANGES = 6 * 3_600.0


def slo_path(slo: Slo, member: Member | None = None, **more: str) -> str:
    """Return the address of the page of an SLO, or of one member of its group."""
    labels = {f"member.{name}": value for name, value in (member.labels if member else {}).items()}
    return "/slo?" + urlencode({**slo.identity._asdict(), **labels, **more})


def chart_path(name: str, slo: Slo, member: Member, window: str) -> str:
    """Return the address of the data of a chart."""
    return f"/api/charts/{name}" + slo_path(slo, member, range=window).removeprefix("/slo")


def query_path(expression: str, window: str = "") -> str:
    """Return the address of the console with an expression."""
    return "/query?" + urlencode({"expr": expression, **({"range": window} if window else {})})


def alert_path(alert: Alert) -> str:
    """Return the address of the SLO that an alert is about; empty where there is none."""
    labels = {name: alert.labels.get(name, "") for name in ("service", "slo")}
    shard = {"shard": alert.labels["shard"]} if alert.labels.get("shard") else {}
    return "/slo?" + urlencode({**labels, **shard}) if all(labels.values()) else ""


def alert_key(alert: Alert) -> frozenset[tuple[str, str]]:
    """Return what finds an alert of Prometheus among those of Alertmanager: its labels, without empty ones."""
    return frozenset((name, value) for name, value in {"alertname": alert.name, **alert.labels}.items() if value)


def default_range(window: float) -> str:
    """Return the range of the charts at first: a day, or a quarter of an hour where the windows are scaled down."""
    return "15m" if window <= _SCALED_RANGES * 4 else "1d"


def seconds_of(window: str) -> float:
    """Return the seconds of a range, an hour where it is not one; at most a year."""
    try:
        return min(float(parse_duration(window)), 31_536_000.0)
    except PromqlError:
        return 3_600.0
