"""Gets one page over HTTP, within limits: five seconds, 20 MB, http and https alone, whatever a server answers."""

from __future__ import annotations

from base64 import b64encode
from http.client import HTTPException
from threading import Thread
from typing import TYPE_CHECKING
from urllib.error import HTTPError, URLError
from urllib.parse import quote, unquote, urlsplit, urlunsplit
from urllib.request import (
    HTTPDefaultErrorHandler,
    HTTPErrorProcessor,
    HTTPHandler,
    HTTPRedirectHandler,
    HTTPSHandler,
    OpenerDirector,
    ProxyHandler,
    Request,
)

import msgspec

from slo.observe import MOST_BYTES
from slo.observe.errors import ObserveError, TooLargeError

if TYPE_CHECKING:
    from http.client import HTTPResponse

SECONDS = 5.0


class Page(msgspec.Struct, frozen=True):
    """What a server answered: its status and the text."""

    status: int
    text: str


def get(url: str) -> Page:
    """The page at an address, with status 200.

    Raises:
        ObserveError: nothing answers in time, too much, or with another status.
    """
    page = get_any(url)
    if page.status != 200:  # noqa: PLR2004 - the status of success
        raise ObserveError(url, f"the server answers with status {page.status}")
    return page


def get_any(url: str) -> Page:
    """The page at an address, whatever its status.

    The limit of a socket starts anew with every byte, and there is none for looking up a name; so a thread asks, and is
    left alone when its time is over.

    Raises:
        ObserveError: nothing answers in time, or too much.
    """
    request = _request(url)
    outcome: list[Page | ObserveError] = []
    thread = Thread(target=lambda: outcome.append(_outcome(request, url)), daemon=True)
    thread.start()
    thread.join(SECONDS)
    (result,) = outcome or (ObserveError(url, f"no complete answer within {SECONDS:g} seconds"),)
    if isinstance(result, ObserveError):
        raise result
    return result


def _outcome(request: Request, url: str) -> Page | ObserveError:
    try:
        with _opener().open(request, timeout=SECONDS) as answer:
            return Page(answer.status, _text(answer, url))
    except HTTPError as error:
        error.close()
        return Page(error.code, "")
    except ObserveError as error:
        return error
    except (OSError, HTTPException, ValueError) as error:
        return ObserveError(url, _reason(error))


def _opener() -> OpenerDirector:
    """Only what speaks HTTP: no handler for file: or ftp:, so that no redirect leads there."""
    opener = OpenerDirector()
    for handler in (
        ProxyHandler,
        HTTPHandler,
        HTTPSHandler,
        HTTPRedirectHandler,
        HTTPDefaultErrorHandler,
        HTTPErrorProcessor,
    ):
        opener.add_handler(handler())
    return opener


def _request(url: str) -> Request:
    """A request for the address; user and password in it become a header."""
    try:
        parts = urlsplit(url)
        host = parts.netloc.rpartition("@")[2]
        wrong = parts.scheme not in {"http", "https"} or not parts.hostname or (parts.port or 1) < 1
    except ValueError as error:
        raise ObserveError(url, str(error)) from None
    if wrong:
        raise ObserveError(url, "only addresses that begin with http:// or https:// can be read")
    plain = urlunsplit((parts.scheme, host, quote(parts.path or "/", safe="/%:@"), parts.query, ""))
    request = Request(plain, headers={"Accept": "text/plain;version=0.0.4,application/json,*/*;q=0.1"})  # noqa: S310 - the scheme was checked
    if parts.username is not None:
        pair = f"{unquote(parts.username)}:{unquote(parts.password or '')}"
        request.add_unredirected_header("Authorization", "Basic " + b64encode(pair.encode()).decode())
    return request


def _text(answer: HTTPResponse, url: str) -> str:
    """The body, as far as it may go."""
    body = answer.read(MOST_BYTES + 1)
    if len(body) > MOST_BYTES:
        raise TooLargeError(url, f"the answer is larger than {MOST_BYTES // 1_000_000} MB")
    return body.decode(errors="replace")


def _reason(error: Exception) -> str:
    """One line without the names of Python's classes."""
    if isinstance(error, URLError) and isinstance(error.reason, Exception):
        error = error.reason
    if isinstance(error, TimeoutError):
        return f"no answer within {SECONDS:g} seconds"
    if isinstance(error, OSError) and error.strerror:
        return error.strerror[:1].lower() + error.strerror[1:]
    return str(error) or "the connection broke"
