"""Log records as text and as JSON."""

from datetime import UTC, datetime
from typing import Any

from rich.text import Text

from box.logs.store import Record, Wanted

LEVEL_COLOURS = {"warn": "yellow", "warning": "yellow", "error": "red", "critical": "red", "fatal": "red"}
NOT_SHOWN = (
    *("code", "container", "deployment", "host", "os", "otel", "process", "scope", "service", "telemetry"),
    *("detected_level", "dropped_attributes_count", "flags", "level", "logger", "observed_timestamp", "severity"),
    *("severity_number", "severity_text", "span_id", "trace_id"),
)
"""Fields, and prefixes of field names, about the origin of a record."""


def as_json(record: Record) -> dict[str, Any]:
    """Return a record as JSON writes it."""
    at = datetime.fromtimestamp(record.at, UTC).isoformat(timespec="microseconds")
    fields = {"time": at, "service": record.service, "level": record.level, "message": record.message}
    return {**fields, "trace_id": record.trace_id, "fields": dict(sorted(record.fields.items()))}


def asked(wanted: Wanted) -> str:
    """Return the search in words; empty for a search without conditions."""
    of = f" of {wanted.service}" if wanted.service else ""
    named = {"trace": wanted.trace_id, "order": wanted.order_id, "the text": wanted.text and repr(wanted.text)}
    return of + "".join(f" with {name} {value}" for name, value in named.items() if value)


def line(record: Record) -> Text:
    """Return a record in one line: time, service, level, message, what happened to what, trace id."""
    at = datetime.fromtimestamp(record.at, UTC).isoformat(sep=" ", timespec="milliseconds").removesuffix("+00:00")
    level = Text(f"{_printable(record.level) or '-':<7}", LEVEL_COLOURS.get(record.level, ""))
    shown = {name: value for name, value in sorted(record.fields.items()) if value and _shown(name)}
    details = [f"{_printable(name)}={_quoted(value)}" for name, value in shown.items()]
    trace = [f"trace_id={_printable(record.trace_id)}"] if record.trace_id else []
    line = " ".join(filter(None, [_printable(record.message), *details, *trace]))
    return Text.assemble(f"{at}Z {_printable(record.service) or '-':<8} ", level, f" {line}")


def _shown(name: str) -> bool:
    first, _, _ = name.replace("_", ".").partition(".")
    return name not in NOT_SHOWN and first not in NOT_SHOWN


def _quoted(value: str) -> str:
    shown = _printable(value)
    return f'"{shown}"' if not shown or " " in shown else shown


def _printable(text: str) -> str:
    """Return a text that neither moves the cursor of a terminal nor begins a line of its own."""
    return "".join(each if each.isprintable() else each.encode("unicode_escape").decode() for each in text)
