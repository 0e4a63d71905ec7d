"""Metrics of a running program, and series and rules of a Prometheus server, for `slo lint`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from slo.observe.access import ANONYMOUS, Access
from slo.observe.errors import ObserveError, TooLargeError
from slo.observe.limits import MOST_BYTES

if TYPE_CHECKING:
    from slo.observe.metrics import Metrics
    from slo.observe.server import Server

_FINE = 200


def metrics_of(where: str, access: Access = ANONYMOUS) -> Metrics:
    """Return the metrics of a file, of a page such as http://host:8080/metrics, or of a Prometheus by its base URL.

    Raises:
        ObserveError: there is none of them.
    """
    from slo.observe.exposition import Exposition  # noqa: PLC0415 - only needed here

    if "://" not in where:
        return Exposition(where, _file(where))
    from slo.observe.client import Client  # noqa: PLC0415 - requests is slow to import, and a file does not need it

    if not where.split("?", 1)[0].endswith("/metrics"):
        server = server_of(where, access, missing_ok=True)
        if server is not None:
            return server
    client = Client(where, access)
    response = client.get()
    if response.status != _FINE:
        raise ObserveError(where, f"the server answers with status {response.status}")
    return Exposition(client.where, response.text)


def server_of(url: str, access: Access = ANONYMOUS, *, missing_ok: bool = False) -> Server | None:
    """Return the Prometheus server with this base URL; `missing_ok`: None for another server.

    Raises:
        ObserveError: no response, or not that of a Prometheus API.
    """
    from slo.observe.server import Server  # noqa: PLC0415 - as above

    server = Server(url, access)
    refusal = server.refusal()
    if not refusal:
        return server
    if missing_ok:
        return None
    raise ObserveError(url, refusal)


def _file(name: str) -> str:
    try:
        with Path(name).open("rb") as file:
            data = file.read(MOST_BYTES + 1)
    except (OSError, ValueError) as error:
        raise ObserveError(name, getattr(error, "strerror", None) or str(error)) from None
    if len(data) > MOST_BYTES:
        raise TooLargeError(name, f"it is larger than {MOST_BYTES // 1_000_000} MB")
    return data.decode(errors="replace")
