"""Why a server does not give what it was asked for: its status, and what it says itself."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import msgspec

if TYPE_CHECKING:
    from collections.abc import Iterable

    from slo.observe.web import Page

_ASK = "/api/v1/query"
_MOST = 200
_SHORT = 4
_PLAIN = 400
_UNAUTHORIZED = frozenset({401, 403})
_PROXY = 407
_BROKEN = 500


class _Failure(msgspec.Struct):
    status: str
    error: str


def refusal(page: Page, *, credentials: bool) -> str:
    """Return why this answer does not come from a Prometheus API, and the fix."""
    said = f"{_ASK} answers with status {page.status}"
    if page.status == _PROXY:
        return f"{said}, which comes from a proxy: it requires credentials; see HTTP_PROXY, HTTPS_PROXY"
    if page.status in _UNAUTHORIZED:
        own = own_words(page) or (_clean(page.text) if page.kind == "text/plain" else "")
        said += f": {own}" if own else ""
        if credentials:
            return f"the server refused the credentials: {said}"
        return f"{said}; add credentials, see --bearer-token-file, --header"
    own = own_words(page)
    if own or page.status >= _BROKEN:
        return f"{said}: {own}" if own else said
    return f"this is no Prometheus server: {said}; give the base URL; Mimir's ends in /prometheus"


def own_words(page: Page) -> str:
    """Return the error message of a Prometheus API response, or an empty string."""
    try:
        failure = msgspec.json.decode(page.text, type=_Failure)
    except msgspec.MsgspecError:
        return ""
    return _clean(failure.error) if failure.status == "error" else ""


def speaks_tls(page: Page) -> bool:
    """Whether this is what Go's server or nginx answers to HTTP on a TLS port."""
    known = ("client sent an http request to an https server", "plain http request was sent to https port")
    return page.status == _PLAIN and any(text in page.text.lower() for text in known)


def hidden(text: str, secrets: Iterable[str]) -> str:
    """Return the text without these; the longest goes first, for it may hold others."""
    forms = {form for each in secrets if len(each) >= _SHORT for form in (each, json.dumps(each)[1:-1])}
    for secret in sorted(forms, key=len, reverse=True):
        text = text.replace(secret, "***")
    return text


def _clean(text: str) -> str:
    """Return one line of printable characters."""
    return " ".join("".join(each if each.isprintable() else " " for each in text).split())[:_MOST]
