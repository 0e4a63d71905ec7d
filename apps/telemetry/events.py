"""The message of a request's log record: few different texts, with the details as fields.

Handlers put their fields into the ASGI scope, which middleware shares with them.
"""

from collections.abc import Mapping, MutableMapping
from typing import Any

from apps.telemetry.metrics import METHODS

ERROR_KEY = "shop.error"
"""Scope key: the reason of an error."""
ORDER_KEY = "shop.order.id"
"""Scope key, field of the log record and attribute of the span: the ID of the order."""
_EVENT_KEY = "shop.event"
_SUBJECT_KEY = "shop.subject"
NOT_FOUND = 404
SERVER_ERROR = 500


def places_order(scope: MutableMapping[str, Any]) -> None:
    """Note that the request is to place an order, for the message of a refusal."""
    scope[_SUBJECT_KEY] = "order"


def order_placed(scope: MutableMapping[str, Any], order_id: str, *, new: bool) -> None:
    """Note the order; it is not `new` when an earlier request with its key placed it."""
    scope[ORDER_KEY] = order_id
    scope[_EVENT_KEY] = "order placed" if new else "order placed before"


def message(scope: Mapping[str, Any], route: str, status: int) -> str:
    """Return the reason of a failure or refusal, the event of the handler, or route and status."""
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
