"""Which requests are sent again."""

from __future__ import annotations

from typing import TYPE_CHECKING, Self

from urllib3 import Retry
from urllib3.exceptions import ReadTimeoutError

if TYPE_CHECKING:
    from types import TracebackType

    from urllib3.connectionpool import ConnectionPool
    from urllib3.response import BaseHTTPResponse


class _Unhurried(Retry):
    """Retries that leave a slow server alone: it still works on a request that timed out."""

    def increment(
        self,
        method: str | None = None,
        url: str | None = None,
        response: BaseHTTPResponse | None = None,
        error: Exception | None = None,
        _pool: ConnectionPool | None = None,
        _stacktrace: TracebackType | None = None,
    ) -> Self:
        """Return what remains after an attempt.

        Raises:
            ReadTimeoutError: the server took too long.
        """
        if isinstance(error, ReadTimeoutError):
            raise error
        return super().increment(method, url, response, error, _pool, _stacktrace)


RETRY = _Unhurried(
    total=2,
    other=0,
    backoff_factor=0.2,
    status_forcelist=(502, 503, 504),
    allowed_methods=("GET",),
    raise_on_status=False,
    respect_retry_after_header=False,
)
