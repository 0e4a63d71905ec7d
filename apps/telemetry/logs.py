"""Logs: one JSON object per line on stdout, with the trace ID, and the same records over OTLP to a Collector.

structlog makes the events, Python's logging carries them, and OpenTelemetry's handler sends them.
"""

import logging
import sys
from typing import Any, TextIO

import structlog
from opentelemetry import trace
from opentelemetry.instrumentation.logging.handler import LoggingHandler
from opentelemetry.sdk._logs import LoggerProvider
from structlog.typing import EventDict, WrappedLogger

from apps.telemetry.rate_limit import LogRateLimiter
from apps.telemetry.redaction import redact_value

QUIET = ("httpx", "httpcore", "cashews", "stamina", "uvicorn.access", "urllib3")
"""Libraries whose events are metrics or log records of ours."""
RATE_LIMITED = ("uvicorn.error", "asyncio")  # libraries that log what clients do wrong


def set_up(
    tier: str,
    level: str,
    rate_limiter: LogRateLimiter,
    sender: LoggerProvider | None = None,
    stream: TextIO = sys.stdout,
) -> None:
    """Write all log records of this process to stdout, and export them; called once per process."""

    def rate_limited(logger: WrappedLogger, method: str, event: EventDict) -> EventDict:
        """Drop records beyond the limit, before they are formatted."""
        if not rate_limiter.allows(logger.name, getattr(logging, method.upper(), logging.INFO)):
            raise structlog.DropEvent
        return event

    structlog.configure(
        processors=[structlog.stdlib.filter_by_level, rate_limited, structlog.stdlib.render_to_log_kwargs],
        wrapper_class=structlog.stdlib.BoundLogger,
        logger_factory=structlog.stdlib.LoggerFactory(),
        cache_logger_on_first_use=True,
    )
    root = logging.getLogger()
    by_agent = [handler for handler in root.handlers if isinstance(handler, LoggingHandler)]
    root.handlers[:] = [_stdout(tier, stream), *([_otlp(sender)] if sender else by_agent)]
    root.setLevel(level)
    for name in QUIET:
        logging.getLogger(name).setLevel(logging.CRITICAL)
    for name in RATE_LIMITED:
        logging.getLogger(name).addFilter(lambda record: rate_limiter.allows(record.name, record.levelno))


def _stdout(tier: str, stream: TextIO) -> logging.Handler:
    def identify(_logger: WrappedLogger, _method: str, event: EventDict) -> EventDict:
        """Add the tier, and the IDs of the current span."""
        context = trace.get_current_span().get_span_context()
        ids = {"trace_id": f"{context.trace_id:032x}", "span_id": f"{context.span_id:016x}"} if context.is_valid else {}
        event.pop("color_message", None)  # uvicorn's message again, for terminals
        return {**event, "service": tier, **ids}

    stdlib, processors = structlog.stdlib, structlog.processors
    handler = logging.StreamHandler(stream)
    handler.setFormatter(
        stdlib.ProcessorFormatter(
            foreign_pre_chain=[stdlib.ExtraAdder(), stdlib.add_log_level, stdlib.add_logger_name],
            processors=[
                stdlib.ProcessorFormatter.remove_processors_meta,
                processors.format_exc_info,
                _redact,
                processors.TimeStamper(fmt="iso", utc=True),
                identify,
                processors.JSONRenderer(),
            ],
        )
    )
    return handler


def _otlp(provider: LoggerProvider) -> logging.Handler:
    handler = LoggingHandler(logger_provider=provider)
    # Records of the SDK about exporting go to stdout alone: exporting them would loop.
    handler.addFilter(lambda record: not record.name.startswith("opentelemetry"))
    return handler


def _redact(_logger: WrappedLogger, _method: str, event: EventDict) -> dict[str, Any]:
    return {name: redact_value(name, value) for name, value in event.items()}
