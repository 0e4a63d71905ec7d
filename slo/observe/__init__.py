"""What runs already, seen from outside: the metrics of a program, and the series and rules of a Prometheus server.

Only `slo lint --metrics` and `--prometheus` look; nothing here is needed to build.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from slo.observe.errors import ObserveError, TooLargeError, without_password

if TYPE_CHECKING:
    from slo.observe.metrics import Metrics
    from slo.observe.server import Server

MOST_BYTES = 20_000_000


def metrics_of(where: str) -> Metrics:
    """The metrics of a file, of a page such as http://host:8080/metrics, or of a Prometheus server by its base URL.

    Raises:
        ObserveError: nothing of that kind is there.
    """
    from slo.observe.exposition import Exposition  # noqa: PLC0415 - only needed here

    if "://" not in where:
        return Exposition(where, _file(where))
    from slo.observe.web import get  # noqa: PLC0415 - urllib is slow to import, and a file does not need it

    if not where.split("?", 1)[0].endswith("/metrics"):
        server = server_of(where, missing_ok=True)
        if server is not None:
            return server
    return Exposition(without_password(where), get(where).text)


def server_of(url: str, *, missing_ok: bool = False) -> Server | None:
    """The Prometheus server with this base URL; `missing_ok`: None where something else answers.

    Raises:
        ObserveError: nothing answers, or something that is no Prometheus.
    """
    from slo.observe.server import Server  # noqa: PLC0415 - as above

    server = Server(url)
    if server.answers():
        return server
    if missing_ok:
        return None
    raise ObserveError(url, "this is no Prometheus server: it has no /api/v1/query")


def _file(name: str) -> str:
    try:
        with Path(name).open("rb") as file:
            data = file.read(MOST_BYTES + 1)
    except (OSError, ValueError) as error:
        raise ObserveError(name, getattr(error, "strerror", None) or str(error)) from None
    if len(data) > MOST_BYTES:
        raise TooLargeError(name, f"it is larger than {MOST_BYTES // 1_000_000} MB")
    return data.decode(errors="replace")
