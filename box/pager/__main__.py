"""Runs the pager: `python -m box.pager`, set up by PAGER_* variables."""

import os

import uvicorn

from box import serving
from box.pager.app import create_app
from box.pager.settings import from_environment

KEEP_ALIVE_SECONDS = 360
"""Longer than the 5 minutes of Alertmanager, which would otherwise send on a connection that was just closed."""


def main() -> None:
    """Serve until stopped."""
    settings = from_environment(os.environ)
    options = serving.options(settings.host, settings.port)
    uvicorn.run(create_app(settings), **options, timeout_keep_alive=KEEP_ALIVE_SECONDS)


if __name__ == "__main__":
    main()
