"""Runs the pager: `python -m box.pager`, set up by PAGER_* variables."""

import os

import uvicorn

from box.pager.app import create_app
from box.pager.settings import from_environment

MOST_HEAD_BYTES = 16_384
"""Address and headers of a request that has not arrived whole."""
KEEP_ALIVE_SECONDS = 360
"""Longer than the 5 minutes of Alertmanager, which would otherwise send on a connection that was just closed."""


def main() -> None:
    """Serve until told to stop."""
    settings = from_environment(os.environ)
    uvicorn.run(
        create_app(settings),
        host=settings.host,
        port=settings.port,
        http="h11",
        h11_max_incomplete_event_size=MOST_HEAD_BYTES,
        access_log=False,
        server_header=False,
        timeout_keep_alive=KEEP_ALIVE_SECONDS,
        timeout_graceful_shutdown=2,
    )


if __name__ == "__main__":
    main()
