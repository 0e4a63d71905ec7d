"""Logs: one JSON object per line on stdout, with the trace id, for our own events and those of libraries.

The same records also go to the Collector when there is one; stdout is what is left when there is none.
"""

import json
import logging
import sys
import traceback
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any, TextIO

import structlog
from opentelemetry import trace
from structlog.typing import EventDict, WrappedLogger

from apps.telemetry.line import Line
from apps.telemetry.outbox import sending
from apps.telemetry.redaction import REDACTED, is_telling, redact, redact_number
from apps.telemetry.throttle import Throttle

QUIET = ("httpx", "httpcore", "cashews", "stamina", "uvicorn.access", "urllib3")
"""Libraries whose news we tell ourselves, as metrics or as one event per thing that happened."""
OURS = "apps."
"""Loggers of the shop; their lines are throttled before they get here."""
LEVELS = {"debug": logging.DEBUG, "warning": logging.WARNING, "error": logging.ERROR, "critical": logging.CRITICAL}
OUR_PIPELINE = ("apps.telemetry.outbox", "opentelemetry")
"""Loggers that speak about sending: their lines go to stdout alone, or a failure would feed itself."""
USUAL = frozenset(vars(logging.makeLogRecord({}))) | {"message", "asctime", "color_message", "taskName"}
"""Attributes that every record has; the others are what the caller gave."""
SEVERITIES = (
    (logging.CRITICAL, 21, "FATAL"),
    (logging.ERROR, 17, "ERROR"),
    (logging.WARNING, 13, "WARN"),
    (logging.INFO, 9, "INFO"),
    (logging.NOTSET, 5, "DEBUG"),
)
"""OpenTelemetry's numbers and names for the levels of Python, from the severest on."""

Send = Callable[[Line], None]


class Writer(logging.Handler):
    """Writes each record as JSON, and sends it; both are made in one go, for both are made of every request."""

    def __init__(self, tier: str, stream: TextIO, throttle: Throttle, send: Send | None = None) -> None:
        super().__init__()
        self._throttle = throttle
        self._tier = tier
        self._stream = stream
        self._send = send

    def emit(self, record: logging.LogRecord) -> None:
        """Write and send one record; never raises."""
        if not record.name.startswith(OURS) and not self._throttle.allows(record.name, record.levelno):
            return
        try:
            line = _line(record)
            self._stream.write(self._json(line, record.levelname.lower()))
            self._stream.flush()
            if self._send is not None and not _is_about_sending(record):
                self._send(line)
        except Exception:  # noqa: BLE001 - logging must not fail a request
            self.handleError(record)

    def _json(self, line: Line, level: str) -> str:
        seconds, nanoseconds = divmod(line.nanoseconds, 1_000_000_000)
        moment = datetime.fromtimestamp(seconds, UTC).replace(microsecond=nanoseconds // 1000)
        told: dict[str, Any] = {"event": line.body, **line.attributes, "level": level, "logger": line.logger}
        told["timestamp"], told["service"] = moment.isoformat().replace("+00:00", "Z"), self._tier
        if line.trace_id:
            told["trace_id"], told["span_id"] = f"{line.trace_id:032x}", f"{line.span_id:016x}"
        return json.dumps(told) + "\n"


def set_up(tier: str, level: str, throttle: Throttle, send: Send | None = None) -> None:
    """Write everything that is logged in this process to stdout, and send it when told how.

    Called once, by the process that serves.
    """

    def throttled(logger: WrappedLogger, method: str, event: EventDict) -> EventDict:
        """Drop what is too much, before it costs anything."""
        if not throttle.allows(logger.name, LEVELS.get(method, logging.INFO)):
            raise structlog.DropEvent
        return event

    structlog.configure(
        processors=[structlog.stdlib.filter_by_level, throttled, structlog.stdlib.render_to_log_kwargs],
        wrapper_class=structlog.stdlib.BoundLogger,
        logger_factory=structlog.stdlib.LoggerFactory(),
        cache_logger_on_first_use=True,
    )
    # Nobody reads where in the source a line was written, and finding out takes longer than to write it.
    logging._srcfile = None  # noqa: SLF001 - as Python's manual of logging says
    logging.logThreads = logging.logProcesses = logging.logMultiprocessing = False
    root = logging.getLogger()
    root.handlers[:] = [Writer(tier, sys.stdout, throttle, send)]
    root.setLevel(level)
    for name in QUIET:
        logging.getLogger(name).setLevel(logging.CRITICAL)


def _is_about_sending(record: logging.LogRecord) -> bool:
    return getattr(sending, "now", False) or record.name.startswith(OUR_PIPELINE)


def _line(record: logging.LogRecord) -> Line:
    number, text = _severity(record.levelno)
    context = trace.get_current_span().get_span_context()
    return Line(
        nanoseconds=int(record.created * 1e9),
        severity=number,
        severity_text=text,
        body=redact(record.getMessage()),
        attributes=_attributes(record),
        trace_id=context.trace_id,
        span_id=context.span_id,
        flags=context.trace_flags,
        logger=record.name,
    )


def _severity(level: int) -> tuple[int, str]:
    return next((number, text) for least, number, text in SEVERITIES if level >= least)


def _attributes(record: logging.LogRecord) -> dict[str, Any]:
    attributes = {name: _value(name, value) for name, value in vars(record).items() if name not in USUAL}
    if record.exc_info and record.exc_info[1] is not None:
        error = record.exc_info[1]
        attributes["exception.type"] = type(error).__qualname__
        attributes["exception.message"] = redact(str(error))
        attributes["exception.stacktrace"] = redact("".join(traceback.format_exception(error)))
    return attributes


def _value(name: str, value: Any) -> Any:
    if is_telling(name):
        return REDACTED
    if isinstance(value, str):
        return redact(value)
    if isinstance(value, int | float):
        return redact_number(value)
    if isinstance(value, list | tuple):
        return [_value(name, each) for each in value]
    if isinstance(value, Mapping):
        value = {key: _value(str(key), each) for key, each in value.items()}
    return redact(str(value))
