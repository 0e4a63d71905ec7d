"""Traces as Jaeger's query API answers them, put in the order of a waterfall, and the newest ones of a service."""

from __future__ import annotations

import re
from collections import defaultdict
from concurrent.futures import ThreadPoolExecutor, wait
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeVar

import msgspec

from slo.observe.errors import ObserveError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from slo.observe.client import Client

T = TypeVar("T")
TRACE_ID = re.compile(r"[0-9a-f]{16}(?:[0-9a-f]{16})?")
_MOST_SPANS = 2_000
_MOST_SERVICES = 20
_LISTED = 20
_AT_ONCE = 4
_PATIENCE = 6.0
_OK = 200
_NOT_FOUND = 404


class _Tag(msgspec.Struct, frozen=True):
    key: str
    value: str | int | float | bool | None = None


class _Reference(msgspec.Struct, frozen=True, rename={"kind": "refType", "span": "spanID"}):
    kind: str
    span: str


class _Span(
    msgspec.Struct,
    frozen=True,
    rename={"id": "spanID", "name": "operationName", "start": "startTime", "process": "processID"},
):
    id: str
    name: str
    start: int
    duration: int
    process: str
    references: list[_Reference] = []
    tags: list[_Tag] = []


class _Process(msgspec.Struct, frozen=True, rename={"name": "serviceName"}):
    name: str


class Stored(msgspec.Struct, frozen=True, rename={"id": "traceID"}):
    """A trace as the store has it."""

    id: str
    spans: list[_Span]
    processes: dict[str, _Process]


class _Answer(msgspec.Struct, frozen=True):
    data: list[Stored] = []


class _Names(msgspec.Struct, frozen=True):
    data: list[str] | None = None


@dataclass(frozen=True, slots=True)
class Span:
    """One span: times in seconds from the start of the trace, and how deep it is below the first one."""

    id: str
    service: str
    name: str
    start: float
    seconds: float
    depth: int
    failed: bool
    attributes: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Trace:
    """A trace with its spans, each followed by those below it."""

    id: str
    at: float
    seconds: float
    spans: tuple[Span, ...]
    left_off: int = 0

    @property
    def failed(self) -> bool:
        """Return whether a span failed."""
        return any(span.failed for span in self.spans)

    @property
    def services(self) -> list[str]:
        """Return the services that took part."""
        return list(dict.fromkeys(span.service for span in self.spans))


@dataclass(frozen=True, slots=True)
class Newest:
    """The newest traces, and how many services could not be asked for theirs."""

    traces: tuple[Trace, ...]
    left_off: int = 0


class Traces:
    """A trace store that speaks the query API of Jaeger."""

    def __init__(self, web: Client) -> None:
        self._web = web
        self.where = web.where

    def get(self, trace_id: str) -> Trace | None:
        """Return a trace; None where the store has none of this ID.

        Raises:
            ObserveError: no answer, or not that of Jaeger.
        """
        if not TRACE_ID.fullmatch(trace_id):
            return None
        found = self._ask(f"/api/traces/{trace_id}", {}, _Answer)
        return arrange(found.data[0]) if found and found.data else None

    def services(self) -> list[str]:
        """Return the services that sent spans.

        Raises:
            ObserveError: as above.
        """
        found = self._ask("/api/services", {}, _Names)
        return sorted(found.data or ()) if found else []

    def newest(self, services: Sequence[str], *, failed: bool) -> Newest:
        """Return the newest traces of services, only those with a failed span if asked for.

        A few services are asked at a time, and what is not answered in time is left out.

        Raises:
            ObserveError: no service has an answer.
        """
        wanted = {"limit": str(_LISTED), "lookback": "1h", **({"tags": '{"error":"true"}'} if failed else {})}
        asked = services[:_MOST_SERVICES]
        pool = ThreadPoolExecutor(_AT_ONCE, thread_name_prefix="traces")
        futures = [pool.submit(self._ask, "/api/traces", {"service": each, **wanted}, _Answer) for each in asked]
        done = wait(futures, _PATIENCE).done
        pool.shutdown(wait=False, cancel_futures=True)
        errors = [error for each in done if (error := each.exception())]
        if errors and len(errors) == len(futures):
            raise errors[0]
        answers = [answer for each in done if not each.exception() and (answer := each.result())]
        found = {each.id: arrange(each) for answer in answers for each in answer.data}
        traces = sorted(found.values(), key=lambda trace: -trace.at)[:_LISTED]
        return Newest(tuple(traces), len(services) - len(done) + len(errors))

    def _ask(self, path: str, parameters: dict[str, str], kind: type[T]) -> T | None:
        page = self._web.get(path, parameters)
        if page.status == _NOT_FOUND:
            return None
        if page.status != _OK:
            raise ObserveError(self.where, f"{path} answers with status {page.status}")
        try:
            return msgspec.json.decode(page.text, type=kind)
        except msgspec.MsgspecError:
            raise ObserveError(self.where, f"the answer of {path} is not that of Jaeger") from None


def arrange(trace: Stored) -> Trace:
    """Return a trace with its spans in the order of a waterfall: each before those that it caused, by time.

    A span whose parent is not there, or that is its own ancestor, is shown at the top.
    """
    begun = min((span.start for span in trace.spans), default=0)
    ended = max((span.start + span.duration for span in trace.spans), default=0)
    known = {span.id for span in trace.spans}
    children: dict[str, list[_Span]] = defaultdict(list)
    for span in sorted(trace.spans, key=lambda each: each.start):
        parent = next((each.span for each in span.references if each.kind == "CHILD_OF" and each.span in known), "")
        children[parent].append(span)
    ordered = list(_below(children))
    seen = {id(span) for span, _ in ordered}
    ordered += [(span, 0) for span in trace.spans if id(span) not in seen]
    spans = tuple(_span(span, depth, trace, begun) for span, depth in ordered[:_MOST_SPANS])
    return Trace(trace.id, begun / 1e6, (ended - begun) / 1e6, spans, max(0, len(ordered) - _MOST_SPANS))


def _below(children: dict[str, list[_Span]]) -> Iterator[tuple[_Span, int]]:
    """Yield spans depth first, each once even where IDs are used twice; a trace may be too deep for recursion."""
    waiting = [(span, 0) for span in reversed(children.pop("", ()))]
    while waiting:
        span, depth = waiting.pop()
        yield span, depth
        waiting += [(each, depth + 1) for each in reversed(children.pop(span.id, ()))]


def _span(span: _Span, depth: int, trace: Stored, begun: int) -> Span:
    process = trace.processes.get(span.process)
    return Span(
        id=span.id,
        service=process.name if process else "unknown",
        name=span.name,
        start=(span.start - begun) / 1e6,
        seconds=span.duration / 1e6,
        depth=depth,
        failed=_failed(span.tags),
        attributes=_texts(span.tags),
    )


def _failed(tags: Iterable[_Tag]) -> bool:
    return any(
        (tag.key == "error" and tag.value in {True, "true"}) or (tag.key == "otel.status_code" and tag.value == "ERROR")
        for tag in tags
    )


def _texts(tags: Sequence[_Tag]) -> tuple[tuple[str, str], ...]:
    return tuple((tag.key, str(tag.value)) for tag in sorted(tags, key=lambda tag: tag.key))
