"""Whether alerts arrive: pages of an SLO at the pager, the dead man's switch, alerts about the platform."""

from __future__ import annotations

import time
from datetime import datetime
from typing import TYPE_CHECKING, Any

from bench.load import load

if TYPE_CHECKING:
    from collections.abc import Mapping

    from bench.fullbox import FullBox

_POLL_SECONDS = 0.5
_PAGE_SECONDS = 60.0
_CLEAR_SECONDS = 150.0
_PER_SECOND = 20.0
_PAGED_SLO = "checkout-availability"


def overdue(box: FullBox, since: float, seconds: float) -> float | None:
    """Seconds until the dead man's switch of the pager was overdue; None when it was not in time."""
    while time.time() < since + seconds:
        if box.get("pager", "/api/watchdog")["overdue"]:
            return time.time() - since
        time.sleep(_POLL_SECONDS)
    return None


def page(box: FullBox) -> float | None:
    """Let all orders fail; seconds until the page of the SLO was at the pager, None when it did not arrive.

    An earlier page, on a machine too busy to take orders in time, has to end first.
    """
    deadline = time.time() + _CLEAR_SECONDS
    while time.time() < deadline and any(_is_page(each["labels"]) for each in _firing(box)):
        time.sleep(_POLL_SECONDS)
    with load(box.url("web"), _PER_SECOND, _PAGE_SECONDS, box.run / "page.jsonl") as requests:
        time.sleep(2)
        since = time.time()
        box.fault("orders", "errors", rate=1.0, seconds=_PAGE_SECONDS)
        try:
            while time.time() < since + _PAGE_SECONDS:
                if paged(box, since):
                    return time.time() - since
                time.sleep(_POLL_SECONDS)
            return None
        finally:
            requests.terminate()
            box.fault("orders", "errors")


def platform(box: FullBox) -> set[str]:
    """The alerts about the monitoring itself that fire in Prometheus now."""
    labels = [each["labels"] for each in _firing(box)]
    return {each["alertname"] for each in labels if each.get("team") == "platform"} - {"Watchdog"}


def paged(box: FullBox, since: float) -> bool:
    """Whether the pager has a page of the SLO that began since then."""
    return any(
        _is_page(alert["labels"])
        for notification in box.get("pager", "/api/notifications")
        if notification["received"] >= since
        for alert in notification["alerts"]
        if alert["status"] == "firing" and datetime.fromisoformat(alert["startsAt"]).timestamp() >= since
    )


def _firing(box: FullBox) -> list[dict[str, Any]]:
    return [each for each in box.get("prometheus", "/api/v1/alerts")["data"]["alerts"] if each["state"] == "firing"]


def _is_page(labels: Mapping[str, str]) -> bool:
    return labels.get("slo") == _PAGED_SLO and labels.get("severity") == "page"
