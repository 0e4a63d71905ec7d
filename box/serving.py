"""The settings of uvicorn that the servers of the box share."""

from typing import Any

MOST_HEAD_BYTES = 16_384
"""Address and headers of a request that has not arrived whole."""


def options(host: str, port: int) -> dict[str, Any]:
    """Return arguments of uvicorn: bounded heads of requests, no access log, an end within two seconds."""
    return {
        "host": host,
        "port": port,
        "http": "h11",
        "h11_max_incomplete_event_size": MOST_HEAD_BYTES,
        "access_log": False,
        "server_header": False,
        "timeout_graceful_shutdown": 2,
    }
