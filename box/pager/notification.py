"""A notification as Alertmanager's webhook, version 4, sends it; unknown fields are ignored, missing ones empty."""

from datetime import UTC, datetime
from typing import Literal
from urllib.parse import urlsplit

from pydantic import BaseModel, ConfigDict, Field

Status = Literal["firing", "resolved"]
UNKNOWN_YEARS = (1, 9999)  # Alertmanager writes year 1 for "not yet"; no time zone shifts either year


class Alert(BaseModel):
    """One alert of a notification."""

    model_config = ConfigDict(frozen=True, populate_by_name=True)

    status: Status
    labels: dict[str, str] = {}
    annotations: dict[str, str] = {}
    starts_at: str = Field(default="", alias="startsAt")
    ends_at: str = Field(default="", alias="endsAt")
    generator_url: str = Field(default="", alias="generatorURL")
    fingerprint: str = ""

    @property
    def name(self) -> str:
        """Return the alert's name."""
        return self.labels.get("alertname", "unnamed alert")

    @property
    def identity(self) -> str:
        """Return the identity of this alert."""
        return self.fingerprint or repr(sorted(self.labels.items()))


class Webhook(BaseModel):
    """What Alertmanager posts."""

    model_config = ConfigDict(frozen=True, populate_by_name=True)

    status: Status
    receiver: str = ""
    group_labels: dict[str, str] = Field(default={}, alias="groupLabels")
    alerts: tuple[Alert, ...] = ()


class Notification(BaseModel):
    """A webhook and the moment it arrived, seconds since epoch and the same for people."""

    model_config = ConfigDict(frozen=True)

    received: float
    received_at: datetime
    status: Status
    receiver: str
    group_labels: dict[str, str]
    alerts: tuple[Alert, ...]


def received(webhook: Webhook, now: float) -> Notification:
    """Return the notification that arrived now."""
    return Notification(
        received=now,
        received_at=datetime.fromtimestamp(now, UTC),
        status=webhook.status,
        receiver=webhook.receiver,
        group_labels=webhook.group_labels,
        alerts=webhook.alerts,
    )


def moment(text: str) -> datetime | None:
    """Return a time of Alertmanager, None when it is empty, unreadable or means "not yet"; without a zone it is UTC."""
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        return None
    if found.year in UNKNOWN_YEARS:
        return None
    return found if found.tzinfo else found.replace(tzinfo=UTC)


def web_link(url: str) -> str:
    """Return the URL when a browser may follow it, else nothing: labels and annotations come from outside."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return ""
    return url if parts.scheme in {"http", "https"} and parts.netloc else ""
