"""A log record on its way to stdout and to the Collector."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(slots=True)
class Line:
    """What is told of one record; ids are zero outside of a trace. Not frozen: that doubles the time to make one."""

    nanoseconds: int
    severity: int
    severity_text: str
    body: str
    attributes: Mapping[str, Any]
    trace_id: int
    span_id: int
    flags: int
    logger: str
