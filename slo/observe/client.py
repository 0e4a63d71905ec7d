"""HTTP requests with limits: five seconds, 20 MB, http and https only, and no credentials for another host."""

from __future__ import annotations

import ssl
from base64 import b64decode
from concurrent.futures import Future
from contextlib import suppress
from functools import partial
from threading import Thread
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote, urlsplit, urlunsplit

import requests
from requests.adapters import HTTPAdapter
from requests.auth import AuthBase, HTTPBasicAuth
from urllib3.exceptions import HTTPError

from slo.observe.access import ANONYMOUS, Access
from slo.observe.errors import ObserveError, TooLargeError, without_password
from slo.observe.limits import MOST_BYTES, SECONDS
from slo.observe.response import Response, masked, speaks_tls
from slo.observe.retry import RETRY
from slo.observe.tls import check_files
from slo.observe.tls import reason as tls_reason

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    Parameters = Mapping[str, str | Sequence[str]]

_CHUNK = 65_536
_ACCEPT = "text/plain;version=0.0.4,application/json,*/*;q=0.1"
_INVALID = "write http://HOST:PORT, and percent-encode / # ? @ in a password"


class _Authorization(AuthBase):
    """A header that `.netrc` must not replace; `requests` drops it at a redirect to another host."""

    def __init__(self, value: str) -> None:
        self._value = value

    def __call__(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        request.headers["Authorization"] = self._value
        return request


class _Session(requests.Session):
    """A session that sends no credentials to another host."""

    def __init__(self, *, secret: bool) -> None:
        super().__init__()
        self.max_redirects = 5
        self.headers.update({"Accept": _ACCEPT, "User-Agent": "slobox"})
        self._secret = secret
        for scheme in ("http://", "https://"):
            self.mount(scheme, HTTPAdapter(max_retries=RETRY))

    def rebuild_auth(self, prepared_request: requests.PreparedRequest, response: requests.Response) -> None:
        """Refuse a redirect that would send credentials elsewhere; called before each redirected request."""
        old, new = str(response.request.url), str(prepared_request.url)
        if self._secret and self.should_strip_auth(old, new):  # type: ignore[no-untyped-call]
            target = urlunsplit((*urlsplit(without_password(new))[:2], "", "", ""))
            raise ObserveError(old, f"redirects to {target}, where credentials are not sent; use that address instead")
        super().rebuild_auth(prepared_request, response)  # type: ignore[no-untyped-call]


class Client:
    """A client of one server or page."""

    def __init__(self, url: str, access: Access = ANONYMOUS) -> None:
        """Check address and certificates; request nothing yet.

        Raises:
            ObserveError: the address is invalid, or a file of credentials cannot be used.
        """
        self.where = without_password(url)
        self._url, self._basic = _without_user(url)
        self._access = access
        if self._basic and any(header.name.lower() == "authorization" for header in access.headers):
            raise ObserveError(url, "two values for Authorization: the user in the address and a header; remove one")
        self._headers = access.read_headers()  # once, for a pipe cannot be read again
        self._session = self._new_session()
        if access.ca_file or access.client_cert:
            check_files(access)

    def get(self, path: str = "", parameters: Parameters | None = None) -> Response:
        """Return the response of a path below the address, whatever its status.

        The timeout of a socket starts again with every byte, and name lookup has none; so a thread sends the request,
        and is abandoned at the deadline.

        Raises:
            ObserveError: no response in time, or too large a response.
        """
        answer: Future[Response] = Future()
        Thread(target=_fill, args=(answer, partial(self._ask, self._session, path, parameters)), daemon=True).start()
        try:
            return answer.result(SECONDS)
        except TimeoutError:
            self._session = self._new_session()  # the other thread still uses it
            raise ObserveError(self.where, f"no complete answer within {SECONDS:g} seconds") from None

    def _ask(self, session: requests.Session, path: str, parameters: Parameters | None) -> Response:
        try:
            with session.get(self._url + path, params=parameters, **self._options()) as answer:
                response = self._response(answer)
        except (OSError, HTTPError, ValueError) as error:
            raise ObserveError(self.where, _reason(error)) from None
        if self._url.startswith("http://") and speaks_tls(response):
            raise ObserveError(self.where, "this port speaks TLS; use https://")
        return response

    def _response(self, answer: requests.Response) -> Response:
        text, sent = self._text(answer), answer.request.headers
        kind = answer.headers.get("Content-Type", "").partition(";")[0].strip().lower()
        if answer.ok:
            return Response(answer.status_code, text, kind)
        credentials = "Authorization" in sent or self._access.authenticates
        return Response(answer.status_code, masked(text, self._secrets(sent)), kind, credentials)

    def _secrets(self, sent: Mapping[str, str]) -> list[str]:
        """Return the secrets to mask in errors: a server may repeat the token that it refuses."""
        scheme, _, word = sent.get("Authorization", "").partition(" ")
        secrets = [*self._headers.values(), word]
        secrets += [each.rpartition(" ")[2] for each in secrets]
        if scheme.lower() == "basic":
            with suppress(ValueError):
                secrets.append(b64decode(word).decode(errors="replace").partition(":")[2])
        return secrets

    def _new_session(self) -> _Session:
        return _Session(secret=self._access.secret or self._basic is not None)

    def _options(self) -> dict[str, Any]:
        access, headers = self._access, dict(self._headers)
        authorization = next((headers.pop(name) for name in list(headers) if name.lower() == "authorization"), None)
        return {
            "headers": headers,
            "auth": _Authorization(authorization) if authorization else self._basic,
            "verify": access.ca_file or True,
            "cert": (access.client_cert, access.client_key) if access.client_key else access.client_cert or None,
            "timeout": SECONDS,
            "stream": True,
        }

    def _text(self, answer: requests.Response) -> str:
        """Return the body, up to the limit."""
        body = bytearray()
        for chunk in answer.iter_content(_CHUNK):
            body += chunk
            if len(body) > MOST_BYTES:
                raise TooLargeError(self.where, f"the answer is larger than {MOST_BYTES // 1_000_000} MB")
        return body.decode(errors="replace")


def _fill(answer: Future[Response], ask: Callable[[], Response]) -> None:
    """Send the request and pass response or exception to the waiting thread."""
    try:
        answer.set_result(ask())
    except BaseException as error:  # noqa: BLE001 - as above
        answer.set_exception(error)


def _without_user(url: str) -> tuple[str, HTTPBasicAuth | None]:
    """Return the address, and the user and password that were in it.

    Errors of the parser are not shown: they quote parts of a password.
    """
    try:
        parts = urlsplit(url)
        port = parts.port
        (parts.hostname or "").encode("idna")  # refuses empty and long labels
    except ValueError:
        raise ObserveError(url, f"invalid address; {_INVALID}") from None
    if parts.scheme not in {"http", "https"}:
        raise ObserveError(url, "only addresses that begin with http:// or https:// can be read")
    if not parts.hostname:
        raise ObserveError(url, "no host in the address; write http://HOST:PORT")
    if port == 0 or "@" in "".join(parts[2:]):
        raise ObserveError(url, f"invalid address; {_INVALID}")
    plain = urlunsplit((parts.scheme, parts.netloc.rpartition("@")[2], parts.path, parts.query, ""))
    if parts.username is None:
        return plain, None
    user, password = (unquote(text or "").encode() for text in (parts.username, parts.password))
    return plain, HTTPBasicAuth(user, password)


def _reason(error: Exception) -> str:
    """Return one line without names of Python's classes.

    Errors of a parser of addresses are not shown: they quote parts of passwords.
    """
    if isinstance(error, requests.TooManyRedirects):
        return "redirects too often"
    if isinstance(error, requests.exceptions.InvalidSchema) and "adapter" in str(error):
        return "redirects to an address that does not begin with http:// or https://"
    if isinstance(error, requests.exceptions.InvalidURL) or (
        isinstance(error, ValueError) and not isinstance(error, OSError)
    ):
        return f"invalid address of the server, of a redirect or of the proxy (HTTP_PROXY, HTTPS_PROXY); {_INVALID}"
    below = _innermost(error)
    if isinstance(below, ssl.SSLError):
        return tls_reason(below)
    proxy = "the proxy does not answer: " if isinstance(error, requests.exceptions.ProxyError) else ""
    if isinstance(below, TimeoutError):
        return f"{proxy}no answer within {SECONDS:g} seconds"
    text = (below.strerror if isinstance(below, OSError) else None) or str(below) or "the connection broke"
    return proxy + (text if text[1:2].isupper() else text[:1].lower() + text[1:])


def _innermost(error: BaseException) -> BaseException:
    """Return the error of the operating system or the server, which `requests` and urllib3 wrap."""
    while (below := error.__cause__ or error.__context__ or _argument(error)) is not None:
        error = below
    return error


def _argument(error: BaseException) -> BaseException | None:
    return next((each for each in error.args if isinstance(each, BaseException)), None)
