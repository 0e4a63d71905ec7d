"""Logs: one JSON object per line on stdout, with the trace id, for our own events and those of libraries.

The same records also go to the Collector when there is one; stdout is what is left when there is none.
"""

import logging
import sys
from collections.abc import Iterable

import structlog
from opentelemetry import trace
from structlog.stdlib import ExtraAdder, ProcessorFormatter
from structlog.typing import EventDict, Processor, WrappedLogger

from apps.telemetry.redaction import redact

QUIET = ("httpx", "httpcore", "cashews", "stamina", "uvicorn.access")
"""Libraries whose news we tell ourselves, as metrics or as one event per thing that happened."""


def add_trace(_logger: WrappedLogger, _method: str, event: EventDict) -> EventDict:
    """Add the ids of the current trace, with which a line is found from a trace and back."""
    context = trace.get_current_span().get_span_context()
    if context.is_valid:
        event["trace_id"] = f"{context.trace_id:032x}"
        event["span_id"] = f"{context.span_id:016x}"
    return event


def redact_values(_logger: WrappedLogger, _method: str, event: EventDict) -> EventDict:
    """Take secrets out of all texts."""
    for name, value in event.items():
        if isinstance(value, str):
            event[name] = redact(value)
    return event


def drop_colour(_logger: WrappedLogger, _method: str, event: EventDict) -> EventDict:
    """Drop uvicorn's second, coloured copy of its message."""
    event.pop("color_message", None)
    return event


def formatter(tier: str) -> ProcessorFormatter:
    """Renders every record of the process the same way."""

    def add_tier(_logger: WrappedLogger, _method: str, event: EventDict) -> EventDict:
        event["service"] = tier
        return event

    shared: list[Processor] = [
        ExtraAdder(),
        drop_colour,
        structlog.processors.format_exc_info,
        redact_values,
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        add_tier,
        add_trace,
    ]
    return ProcessorFormatter(
        foreign_pre_chain=shared,
        processors=[
            ProcessorFormatter.remove_processors_meta,
            structlog.processors.JSONRenderer(),
        ],
    )


def set_up(tier: str, level: str, also: Iterable[logging.Handler] = ()) -> None:
    """Send everything that is logged in this process to stdout and to the handlers that are given.

    Called once, by the process that serves.
    """
    structlog.configure(
        processors=[structlog.stdlib.filter_by_level, structlog.stdlib.render_to_log_kwargs],
        wrapper_class=structlog.stdlib.BoundLogger,
        logger_factory=structlog.stdlib.LoggerFactory(),
        cache_logger_on_first_use=True,
    )
    handler = logging.StreamHandler(sys.stdout)
    handler.setFormatter(formatter(tier))
    root = logging.getLogger()
    root.handlers[:] = [handler, *also]
    root.setLevel(level)
    for name in QUIET:
        logging.getLogger(name).setLevel(logging.CRITICAL)
