"""What the page shows of a notification, in the words a woken person needs."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from urllib.parse import parse_qs, urlencode

from box.pager.notification import Alert, Notification, web_link
from box.pager.times import ago, clock, course
from box.pager.watchdog import Standing


@dataclass(frozen=True, slots=True)
class AlertRow:
    """One alert in a card."""

    status: str
    tier: str
    description: str
    when: str
    query: str


@dataclass(frozen=True, slots=True)
class Card:
    """One notification: `ages` is the time since it arrived."""

    status: str
    severity: str
    name: str
    summary: str
    team: str
    clock: str
    exact: str
    ages: str
    runbook: str
    dashboard: str
    rows: tuple[AlertRow, ...]


def card(notification: Notification, now: float, *, graphs: bool = True) -> Card:
    """Return what to show of a notification; `graphs` is whether Prometheus has a page that draws them."""
    first = _leading(notification)
    return Card(
        status=notification.status,
        severity=first.labels.get("severity", "none"),
        name=first.name,
        summary=first.annotations.get("summary", ""),
        team=first.labels.get("team", ""),
        clock=clock(notification.received_at, datetime.fromtimestamp(now, UTC)),
        exact=notification.received_at.isoformat(timespec="milliseconds"),
        ages=ago(now - notification.received),
        runbook=web_link(first.annotations.get("runbook_url", "")),
        dashboard=web_link(first.annotations.get("dashboard_url", "")),
        rows=tuple(_row(alert, notification.received_at, graphs=graphs) for alert in notification.alerts),
    )


def _leading(notification: Notification) -> Alert:
    """Return the alert that gives the card its title: a firing one when there is any."""
    firing = [alert for alert in notification.alerts if alert.status == "firing"]
    return (firing or list(notification.alerts) or [Alert(status=notification.status)])[0]


def _row(alert: Alert, received: datetime, *, graphs: bool) -> AlertRow:
    return AlertRow(
        status=alert.status,
        tier=alert.labels.get("tier", alert.name),
        description=alert.annotations.get("description", ""),
        when=course(alert, received),
        query=web_link(alert.generator_url if graphs else answer_of(alert.generator_url)),
    )


def answer_of(url: str) -> str:
    """Return where the API answers the query that Prometheus' page at this URL would draw, nothing for other URLs."""
    page, _, fields = url.partition("?")
    query = parse_qs(fields).get("g0.expr")
    return f"{page.removesuffix('/graph')}/api/v1/query?{urlencode({'query': query[0]})}" if query else ""


def count_by_severity(alerts: Iterable[Alert]) -> dict[str, int]:
    """Return how many alerts fire as a page and as a ticket; other severities but `none` count as tickets."""
    found = {"page": 0, "ticket": 0}
    for alert in alerts:
        if alert.labels.get("severity") == "none":
            continue
        found["page" if alert.labels.get("severity") == "page" else "ticket"] += 1
    return found


def watchdog_line(standing: Standing) -> dict[str, str]:
    """Return the state of the dead man's switch as a style and a sentence; nothing when none is expected."""
    if not standing.limit_seconds:
        return {}
    heard = "never" if standing.age_seconds is None else ago(standing.age_seconds)
    if standing.overdue:
        return {"style": "overdue", "text": f"Dead man's switch overdue: last heard {heard}. Alerts may not arrive."}
    return {"style": "heard", "text": f"Dead man's switch: last heard {heard}."}
