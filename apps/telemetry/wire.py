"""OTLP by hand: packs spans and log records in a quarter of the time that the generated classes need.

Packing is done in the process of the tier, thousands of times a second under load, and was the largest part of what
telemetry costs (`python -m bench telemetry`). Only what the shop sends is written here: no links, no nested values. The
tests read every message back with the official classes, and hold it against what the SDK's own encoder makes of it.
"""

from collections.abc import Mapping
from functools import lru_cache
from struct import Struct
from typing import Any

from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import Event, ReadableSpan
from opentelemetry.trace import SpanContext, SpanKind

from apps.telemetry.line import Line

REMEMBERED = 2048
"""Attributes of which the bytes are remembered: nearly all of them occur again and again."""
KINDS = {
    SpanKind.INTERNAL: 1,
    SpanKind.SERVER: 2,
    SpanKind.CLIENT: 3,
    SpanKind.PRODUCER: 4,
    SpanKind.CONSUMER: 5,
}
HAS_REMOTE, IS_REMOTE = 0x100, 0x200
_NO_ATTRIBUTES: Mapping[str, Any] = {}

_fixed32 = Struct("<I").pack
_fixed64 = Struct("<Q").pack
_double = Struct("<d").pack


def pack_spans(resource: bytes, scope: bytes, spans: list[ReadableSpan]) -> bytes:
    """An ExportTraceServiceRequest."""
    body = b"".join([scope, *(_field(b"\x12", _span(span)) for span in spans)])
    return _field(b"\x0a", resource + _field(b"\x12", body))


def pack_lines(resource: bytes, lines: list[Line]) -> bytes:
    """An ExportLogsServiceRequest; the logger is the scope."""
    by_logger: dict[str, list[bytes]] = {}
    for line in lines:
        by_logger.setdefault(line.logger, []).append(_field(b"\x12", _line(line)))
    scopes = (_field(b"\x12", b"".join([pack_scope(name), *records])) for name, records in by_logger.items())
    return _field(b"\x0a", b"".join([resource, *scopes]))


def pack_resource(resource: Resource) -> bytes:
    """A resource as the first field of what belongs to it."""
    return _field(b"\x0a", _attributes(b"\x0a", resource.attributes))


@lru_cache(maxsize=REMEMBERED)
def pack_scope(name: str) -> bytes:
    """An instrumentation scope as the first field of what belongs to it."""
    return _field(b"\x0a", _text(b"\x0a", name))


def _span(span: ReadableSpan) -> bytes:
    context, parent = span.get_span_context(), span.parent
    if context is None:
        raise ValueError("a span without ids cannot be sent")
    parts = [b"\x0a\x10", context.trace_id.to_bytes(16), b"\x12\x08", context.span_id.to_bytes(8)]
    if parent is not None:
        parts += b"\x22\x08", parent.span_id.to_bytes(8)
    parts += (
        _text(b"\x2a", span.name),
        _KIND[span.kind],
        b"\x39",
        _fixed64(span.start_time or 0),
        b"\x41",
        _fixed64(span.end_time or 0),
        _attributes(b"\x4a", span.attributes or _NO_ATTRIBUTES),
    )
    parts += (_field(b"\x5a", _event(event)) for event in span.events)
    parts.append(_status(span.status.status_code.value, span.status.description or ""))
    parts += b"\x85\x01", _fixed32(_flags(parent))
    return b"".join(parts)


def _line(line: Line) -> bytes:
    time = _fixed64(line.nanoseconds)
    parts = [b"\x09", time, _severity(line.severity, line.severity_text), _field(b"\x2a", _text(b"\x0a", line.body))]
    parts.append(_attributes(b"\x32", line.attributes))
    if line.trace_id:
        parts += b"\x45", _fixed32(line.flags), b"\x4a\x10", line.trace_id.to_bytes(16)
        parts += b"\x52\x08", line.span_id.to_bytes(8)
    parts += b"\x59", time
    return b"".join(parts)


def _event(event: Event) -> bytes:
    attributes = _attributes(b"\x1a", event.attributes or _NO_ATTRIBUTES)
    return b"".join((b"\x09", _fixed64(event.timestamp), _text(b"\x12", event.name), attributes))


def _flags(parent: SpanContext | None) -> int:
    return HAS_REMOTE | (IS_REMOTE if parent is not None and parent.is_remote else 0)


@lru_cache(maxsize=REMEMBERED)
def _status(code: int, description: str) -> bytes:
    message = _text(b"\x12", description) if description else b""
    return _field(b"\x7a", message + (b"\x18" + _varint(code) if code else b""))


@lru_cache
def _severity(number: int, text: str) -> bytes:
    return b"\x10" + _varint(number) + _text(b"\x1a", text)


def _attributes(tag: bytes, attributes: Mapping[str, Any]) -> bytes:
    return b"".join([tag + _pair(name, value) for name, value in attributes.items()])


def _pair(name: str, value: Any) -> bytes:
    if isinstance(value, float | list | tuple):
        return _make_pair(name, value)  # hardly ever the same twice, or not hashable
    return _known_pair(name, value)


def _make_pair(name: str, value: Any) -> bytes:
    return _sized(_text(b"\x0a", name) + _field(b"\x12", _value(value)))


_known_pair = lru_cache(maxsize=REMEMBERED, typed=True)(_make_pair)
"""Typed, for True is equal to 1."""


def _value(value: Any) -> bytes:
    match value:
        case str():
            return _text(b"\x0a", value)
        case bool():
            return b"\x10\x01" if value else b"\x10\x00"
        case int():
            return b"\x18" + _varint(value & 0xFFFF_FFFF_FFFF_FFFF)
        case float():
            return b"\x21" + _double(value)
        case list() | tuple():
            return _field(b"\x2a", b"".join([_field(b"\x0a", _value(each)) for each in value]))
        case _:
            return _text(b"\x0a", str(value))


def _text(tag: bytes, text: str) -> bytes:
    return tag + _sized(text.encode("utf-8", "replace"))


def _field(tag: bytes, content: bytes) -> bytes:
    return tag + _sized(content)


def _sized(content: bytes) -> bytes:
    size = len(content)
    return (_SMALL[size] if size < len(_SMALL) else _varint(size)) + content


def _varint(number: int) -> bytes:
    out = bytearray()
    while number > 0x7F:  # noqa: PLR2004 - seven bits to a byte
        out.append(number & 0x7F | 0x80)
        number >>= 7
    out.append(number)
    return bytes(out)


_SMALL = tuple(_varint(number) for number in range(1024))
_KIND = {kind: b"\x30" + _varint(number) for kind, number in KINDS.items()}
