"""One order, followed from its metric to the exemplar, the trace, the log lines, and back to the metric."""

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from box.doctor import metrics, traces, visit
from box.doctor.traces import Trace, TraceStore
from box.doctor.values import Hop
from box.doctor.waiting import until
from box.errors import BrokenError
from box.logs import store as logs
from box.logs.store import LogStore, Record, Wanted
from box.servers import Servers

CHECKOUT = f'service="web",route="{visit.ROUTE}",method="POST"'
COUNTER = f'sum(http_requests_total{{{CHECKOUT},status="201"}})'
HISTOGRAM = f"http_request_duration_seconds_bucket{{{CHECKOUT}}}"
PASSED = frozenset({"web", "orders"})
"""The tiers that an order passes."""
NEIGHBOUR_SECONDS = 30
"""How much older than our order an exemplar may be: a series takes one every few seconds."""
SEARCHED_SECONDS = 600


@dataclass(slots=True)
class RoundTrip:
    """The path of one order; each step uses the result of the one before. `patience` is in seconds, for each step."""

    servers: Servers
    patience: float
    _order: visit.Order = field(init=False)
    _before: float = field(init=False, default=0)
    _began: float = field(init=False, default=0)
    _trace_id: str = field(init=False, default="")
    _records: list[Record] = field(init=False, default_factory=list)

    def walk(self) -> Iterator[Hop]:
        """Yield each step up to the first broken one."""
        steps: list[tuple[str, Callable[[], str]]] = [("order", self._place), ("order -> metric", self._metric)]
        spans, records = traces.store(self.servers), logs.store(self.servers)
        if spans and records:
            steps += [
                ("metric -> exemplar", self._exemplar),
                ("exemplar -> trace", lambda: self._trace(spans)),
                ("trace -> log lines", lambda: self._logs(records)),
                ("log lines -> metric", self._back),
            ]
        for name, step in steps:
            hop = timed(name, step)
            yield hop
            if hop.broken:
                return

    def _place(self) -> str:
        self._before = metrics.value(self.servers, COUNTER) or 0
        self._began = time.time()
        self._order = visit.place(self.servers, self.patience)
        return f"placed {self._order.order_id} with trace id {self._order.trace_id}"

    def _metric(self) -> str:
        def counted() -> float | None:
            value = metrics.value(self.servers, COUNTER)
            return value if value is not None and value > self._before else None

        value = until(counted, self.patience)
        if value is None:
            problem = f"does not count the order within {self.patience:.0f} s: {COUNTER}"
            raise self.servers.broken("prometheus", problem, "see lastError at its /api/v1/targets")
        return f"{COUNTER} went from {self._before:g} to {value:g}"

    def _exemplar(self) -> str:
        def pointed() -> str | None:
            found = metrics.exemplars(self.servers, HISTOGRAM, self._began - NEIGHBOUR_SECONDS, time.time() + 1)
            ids = [trace_id for _, trace_id in found]
            return self._order.trace_id if self._order.trace_id in ids else next(reversed(ids), None)

        self._trace_id = until(pointed, self.patience) or ""
        if not self._trace_id:
            raise self._no_exemplar()
        of = "our order" if self._trace_id == self._order.trace_id else "another order"
        return f"of {of}: {self._trace_id}"

    def _no_exemplar(self) -> BrokenError:
        marked = metrics.value(self.servers, 'sum(shop_exemplars_marked_total{service="web"})')
        if marked:
            problem, repair = f"keeps no exemplar of {HISTOGRAM}", "start it with --enable-feature=exemplar-storage"
            return self.servers.broken("prometheus", problem, repair)
        repair = "start it with OTEL_EXPORTER_OTLP_ENDPOINT, and with OTEL_SDK_DISABLED unset"
        return self.servers.broken("web", "has no exemplars, as it records no spans", repair)

    def _trace(self, store: TraceStore) -> str:
        seen: list[Trace] = []

        def whole() -> Trace | None:
            found = store.trace(self._trace_id)
            seen.extend([found] if found else [])
            return found if found and set(found.spans) >= PASSED else None

        trace = until(whole, self.patience)
        if trace is None:
            raise self._no_trace(seen[-1] if seen else None)
        return ", ".join(f"{count} spans of {name}" for name, count in trace.spans.items())

    def _no_trace(self, part: Trace | None) -> BrokenError:
        name = self.servers.trace_store
        missing = " and ".join(sorted(PASSED - set(part.spans if part else ())))
        problem = f"has no spans of {missing} in trace {self._trace_id} after {self.patience:.0f} s"
        return self.servers.broken(name, problem, "see the log of otel-collector, which sends it what the shop reports")

    def _logs(self, store: LogStore) -> str:
        wanted = Wanted(trace_id=self._trace_id)
        query = store.query(wanted)

        def written() -> list[Record] | None:
            now = time.time()
            self._records = store.records(wanted, now - SEARCHED_SECONDS, now + 1)
            return self._records if {record.service for record in self._records} >= PASSED else None

        if until(written, self.patience) is None:
            missing = " and ".join(sorted(PASSED - {record.service for record in self._records}))
            problem = f"has no lines of {missing} for {query} after {self.patience:.0f} s"
            raise self.servers.broken(
                store.name, problem, "see the log of otel-collector, which sends it what the shop logs"
            )
        return f"{len(self._records)} lines: {query}"

    def _back(self) -> str:
        record = next((each for each in self._records if each.service == "web"), None)
        labels = {name: record.first(name) for name in ("route", "method", "status")} if record else {}
        selector = ",".join(f'{name}="{value}"' for name, value in labels.items() if value)
        query = f'sum(http_requests_total{{service="web",{selector}}})'
        if not selector or not metrics.value(self.servers, query):
            repair = "compare the attributes of its log lines with the labels of its metrics"
            raise self.servers.broken("web", f"the labels of its log line lead to no metric: {query}", repair)
        return query


def timed(name: str, step: Callable[[], str]) -> Hop:
    """Run a step; return its duration and its result or problem."""
    begun = time.monotonic()
    try:
        result, broken = step(), None
    except BrokenError as error:
        result, broken = error.broken.problem, error.broken
    return Hop(name, round(time.monotonic() - begun, 2), result, broken)
