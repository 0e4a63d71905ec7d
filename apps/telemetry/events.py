"""What happened, as the message of a request's log line: few different texts, the details are fields of the line."""

from collections.abc import Mapping, MutableMapping
from typing import Any

from apps.telemetry.metrics import METHODS

ERROR_KEY = "shop.error"
"""Where the one who answers with an error leaves its reason for the log."""
ORDER_KEY = "shop.order.id"
"""Where the one who answers leaves the id of the order that it is about, for the log; the span's attribute, too."""
_EVENT_KEY = "shop.event"
_SUBJECT_KEY = "shop.subject"
NOT_FOUND = 404
SERVER_ERROR = 500


def places_order(scope: MutableMapping[str, Any]) -> None:
    """Note that the request wants to place an order, for the case that it is refused."""
    scope[_SUBJECT_KEY] = "order"


def order_placed(scope: MutableMapping[str, Any], order_id: str, *, new: bool) -> None:
    """Note which order the request placed; it is not `new` when an earlier one with its key placed it."""
    scope[ORDER_KEY] = order_id
    scope[_EVENT_KEY] = "order placed" if new else "order placed before"


def message(scope: Mapping[str, Any], route: str, status: int) -> str:
    """Return why the request failed or was refused, the event that a handler noted, or else route and status."""
    error: str = scope.get(ERROR_KEY) or ""
    if status >= SERVER_ERROR:
        return f"request failed: {_phrase(error) or status}"
    if event := scope.get(_EVENT_KEY):
        return str(event)
    if error:
        subject = scope.get(_SUBJECT_KEY, "request")
        return _phrase(error) if status == NOT_FOUND else f"{subject} refused: {_phrase(error)}"
    method = scope["method"] if scope["method"] in METHODS else "other"
    return f"{method} {route} {status}"


def _phrase(error: str) -> str:
    """Return a reason as part of a sentence: `orders: circuit open` is `orders circuit open`; names of classes stay."""
    words = error.replace(": ", " ", 1)
    return words if words[1:] != words[1:].lower() else words.lower()
