"""Whether somebody is told: pages of an SLO at the pager, the dead man's switch, alerts about the platform."""

from __future__ import annotations

import time
from datetime import datetime
from typing import TYPE_CHECKING, Any

from bench.proof.visitors import visiting

if TYPE_CHECKING:
    from collections.abc import Mapping

    from bench.proof.fullbox import FullBox

_POLL_SECONDS = 0.5
_PAGE_PATIENCE_SECONDS = 60.0
_CALM_PATIENCE_SECONDS = 150.0
_PER_SECOND = 20.0
_PAGED_SLO = "checkout-availability"
"""The SLO that the page is about: orders fail, all of them."""


def overdue(box: FullBox, since: float, patience: float) -> float | None:
    """Seconds until the dead man's switch of the pager raised its alarm; None when it did not in time."""
    while time.time() < since + patience:
        if box.get("pager", "/api/watchdog")["overdue"]:
            return time.time() - since
        time.sleep(_POLL_SECONDS)
    return None


def page(box: FullBox) -> float | None:
    """Let all orders fail; seconds until the page of the SLO was at the pager, None when it did not come.

    A page that fires already, on a machine that is too busy to take orders in time, is waited for to end.
    """
    _wait_for_calm(box)
    with visiting(box.url("web"), _PER_SECOND, _PAGE_PATIENCE_SECONDS, box.run / "page.jsonl") as visitors:
        time.sleep(2)
        since = time.time()
        box.fault("orders", "errors", rate=1.0, seconds=_PAGE_PATIENCE_SECONDS)
        try:
            while time.time() < since + _PAGE_PATIENCE_SECONDS:
                if paged(box, since):
                    return time.time() - since
                time.sleep(_POLL_SECONDS)
            return None
        finally:
            visitors.terminate()
            box.fault("orders", "errors")


def platform(box: FullBox) -> set[str]:
    """The alerts about the monitoring itself that fire now, in Prometheus."""
    return {each["labels"]["alertname"] for each in _firing(box) if each["labels"].get("team") == "platform"} - {
        "Watchdog"
    }


def paged(box: FullBox, since: float) -> bool:
    """True when the pager has a page of the SLO that began since then."""
    return any(
        _is_page(alert["labels"])
        for notification in box.get("pager", "/api/notifications")
        if notification["received"] >= since
        for alert in notification["alerts"]
        if alert["status"] == "firing" and datetime.fromisoformat(alert["startsAt"]).timestamp() >= since
    )


def _wait_for_calm(box: FullBox) -> None:
    deadline = time.time() + _CALM_PATIENCE_SECONDS
    while time.time() < deadline and any(_is_page(each["labels"]) for each in _firing(box)):
        time.sleep(_POLL_SECONDS)


def _firing(box: FullBox) -> list[dict[str, Any]]:
    return [each for each in box.get("prometheus", "/api/v1/alerts")["data"]["alerts"] if each["state"] == "firing"]


def _is_page(labels: Mapping[str, str]) -> bool:
    return labels.get("slo") == _PAGED_SLO and labels.get("severity") == "page"
