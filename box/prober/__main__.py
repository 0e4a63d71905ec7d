"""Runs the prober: `python -m box.prober`, set up by PROBER_* variables."""

import asyncio
import os
from contextlib import suppress

import uvicorn

from box.prober.app import create_app
from box.prober.journeys import JOURNEYS
from box.prober.meters import Meters
from box.prober.prober import Prober, open_client
from box.prober.settings import ProberSettings, from_environment

MOST_HEAD_BYTES = 16_384
"""Address and headers of a request that has not arrived whole."""


async def serve(settings: ProberSettings) -> None:
    """Probe and serve the metrics until stopped; when one of the two ends, so does the other."""
    meters = Meters(journey.name for journey in JOURNEYS)
    config = uvicorn.Config(
        create_app(meters),
        host=settings.host,
        port=settings.port,
        http="h11",
        h11_max_incomplete_event_size=MOST_HEAD_BYTES,
        access_log=False,
        server_header=False,
        timeout_graceful_shutdown=2,
    )
    server = uvicorn.Server(config)
    async with open_client(settings.target) as http:
        probing = asyncio.create_task(Prober(settings, meters, http).run())
        probing.add_done_callback(lambda _: setattr(server, "should_exit", True))
        await server.serve()
        probing.cancel()
        with suppress(asyncio.CancelledError):
            await probing


if __name__ == "__main__":
    asyncio.run(serve(from_environment(os.environ)))
