"""Runs the prober: `python -m box.prober`, set up by PROBER_* variables."""

import asyncio
import os
from contextlib import suppress

import uvicorn

from box import serving
from box.prober.app import create_app
from box.prober.journeys import JOURNEYS
from box.prober.metrics import ProberMetrics
from box.prober.prober import Prober, open_client
from box.prober.settings import ProberSettings, from_environment


async def serve(settings: ProberSettings) -> None:
    """Probe and serve the metrics until stopped; when one of the two ends, so does the other."""
    metrics = ProberMetrics(journey.name for journey in JOURNEYS)
    server = uvicorn.Server(uvicorn.Config(create_app(metrics), **serving.options(settings.host, settings.port)))
    async with open_client(settings.target) as http:
        probing = asyncio.create_task(Prober(settings, metrics, http).run())
        probing.add_done_callback(lambda _: setattr(server, "should_exit", True))
        await server.serve()
        probing.cancel()
        with suppress(asyncio.CancelledError):
            await probing


if __name__ == "__main__":
    asyncio.run(serve(from_environment(os.environ)))
