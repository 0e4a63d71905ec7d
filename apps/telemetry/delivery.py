"""Sends packed batches to an OTLP endpoint over HTTP."""

import gzip
from collections.abc import Callable

import urllib3
from opentelemetry.util.re import parse_env_headers

from apps.telemetry.outbox import Answer

RETRYABLE = frozenset({429, 502, 503, 504})
"""The status codes that OTLP calls retryable; all others above 399 are final."""
LONGEST_ASKED_PAUSE_SECONDS = 30.0
FAST = 1
"""Level of gzip: a third of the time of the usual one, and hardly more bytes."""


class HttpPost:
    """One connection to one endpoint; `rejected` reads how many items the answer says were refused."""

    def __init__(self, url: str, headers: str, compression: str, rejected: Callable[[bytes], int]) -> None:
        self._url = url
        self._gzip = compression != "none"
        self._rejected = rejected
        self._headers = {"content-type": "application/x-protobuf", **parse_env_headers(headers, liberal=True)}
        if self._gzip:
            self._headers["content-encoding"] = "gzip"
        self._pool = urllib3.PoolManager(num_pools=1, maxsize=1, retries=False)

    def pack(self, message: bytes) -> bytes:
        """The message as it goes over the wire."""
        return gzip.compress(message, FAST) if self._gzip else message

    def __call__(self, payload: bytes, seconds: float) -> Answer:
        """Send one batch; whatever goes wrong on the way is worth another try."""
        try:
            response = self._pool.request(
                "POST", self._url, body=payload, headers=self._headers, timeout=seconds, redirect=False
            )
        except (urllib3.exceptions.HTTPError, OSError) as error:
            return Answer(delivered=False, again=True, why=type(error).__name__)
        if response.status < 300:  # noqa: PLR2004 - all of 2xx
            rejected = self._rejected(response.data) if response.data else 0
            return Answer(delivered=True, rejected=rejected, why="refused in part" if rejected else "")
        again = response.status in RETRYABLE
        return Answer(delivered=False, again=again, pause=_pause(response.headers), why=f"answered {response.status}")


def _pause(headers: urllib3.HTTPHeaderDict) -> float:
    """Seconds that the Collector asks us to wait; a date, or nothing, is zero: then our own pause holds."""
    asked = headers.get("retry-after", "")
    return min(float(asked), LONGEST_ASKED_PAUSE_SECONDS) if asked.isascii() and asked.isdigit() else 0.0
