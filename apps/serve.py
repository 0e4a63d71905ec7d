"""Serves a tier with uvicorn, one worker, and shuts down without dropping a request."""

import time
from types import FrameType

import uvicorn
from fastapi import FastAPI

from apps.context import context_of
from apps.health import Health
from apps.settings import Settings
from apps.telemetry import logs

MOST_HEAD_BYTES = 16_384
"""Of an incomplete request; httptools, uvicorn's other parser, has no limit."""


class DrainingServer(uvicorn.Server):
    """On SIGTERM fails readiness at once, accepts requests for `drain_seconds` more, then finishes the rest."""

    def __init__(self, config: uvicorn.Config, health: Health, drain_seconds: float) -> None:
        super().__init__(config)
        self._health = health
        self._drain_seconds = drain_seconds
        self._stop_at = float("inf")

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        """Begin to shut down; a second signal skips the drain."""
        if self._health.draining or self._drain_seconds == 0:
            self._health.draining = True
            super().handle_exit(sig, frame)
            return
        self._health.draining = True
        self._stop_at = time.monotonic() + self._drain_seconds
        self._captured_signals.append(sig)

    async def on_tick(self, counter: int) -> bool:
        """Return whether to stop; called ten times a second."""
        return time.monotonic() >= self._stop_at or await super().on_tick(counter)


def serve(app: FastAPI, settings: Settings, tier: str, default_port: int) -> None:
    """Serve until a signal comes."""
    context = context_of(app)
    logs.set_up(tier, settings.log_level, context.rate_limiter, context.telemetry.logger_provider)
    config = uvicorn.Config(
        app,
        host=settings.host,
        port=default_port if settings.port is None else settings.port,
        http="h11",
        h11_max_incomplete_event_size=MOST_HEAD_BYTES,
        log_config=None,
        access_log=False,
        server_header=False,
        timeout_graceful_shutdown=settings.shutdown_seconds,
        timeout_keep_alive=30,
    )
    DrainingServer(config, context.health, settings.drain_seconds).run()
