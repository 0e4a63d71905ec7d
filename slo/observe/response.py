"""Responses of servers, and the error messages in them."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING

import msgspec

if TYPE_CHECKING:
    from collections.abc import Iterable

_ASK = "/api/v1/query"
_MOST = 200
_SHORT = 4
_PLAIN = 400
_UNAUTHORIZED = frozenset({401, 403})
_PROXY = 407
_BROKEN = 500


@dataclass(frozen=True, slots=True)
class Response:
    """A response: status, text without secrets, media type, and whether credentials were sent."""

    status: int
    text: str
    kind: str = ""
    authenticated: bool = False


class _Failure(msgspec.Struct):
    status: str
    error: str


def refusal(response: Response, *, credentials: bool) -> str:
    """Return why this response is not that of a Prometheus API, and the fix."""
    message = f"{_ASK} answers with status {response.status}"
    if response.status == _PROXY:
        return f"{message}, which comes from a proxy: it requires credentials; see HTTP_PROXY, HTTPS_PROXY"
    if response.status in _UNAUTHORIZED:
        own = error_message(response) or (_clean(response.text) if response.kind == "text/plain" else "")
        message += f": {own}" if own else ""
        if credentials:
            return f"the server refused the credentials: {message}"
        return f"{message}; add credentials, see --bearer-token-file, --header"
    own = error_message(response)
    if own or response.status >= _BROKEN:
        return f"{message}: {own}" if own else message
    return f"not a Prometheus API: {message}; give the base URL; Mimir's ends in /prometheus"


def error_message(response: Response) -> str:
    """Return the error message of a Prometheus API response, or an empty string."""
    try:
        failure = msgspec.json.decode(response.text, type=_Failure)
    except msgspec.MsgspecError:
        return ""
    return _clean(failure.error) if failure.status == "error" else ""


def speaks_tls(response: Response) -> bool:
    """Whether this is the response of Go or nginx to HTTP on a TLS port."""
    known = ("client sent an http request to an https server", "plain http request was sent to https port")
    return response.status == _PLAIN and any(text in response.text.lower() for text in known)


def masked(text: str, secrets: Iterable[str]) -> str:
    """Return the text with all secrets masked, the longest first, since it may contain others."""
    forms = {form for each in secrets if len(each) >= _SHORT for form in (each, json.dumps(each)[1:-1])}
    for secret in sorted(forms, key=len, reverse=True):
        text = text.replace(secret, "***")
    return text


def _clean(text: str) -> str:
    """Return one line of printable characters."""
    return " ".join("".join(each if each.isprintable() else " " for each in text).split())[:_MOST]
