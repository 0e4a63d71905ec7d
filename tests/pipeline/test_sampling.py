"""Which traces are kept: the real Collector in front of a real store."""

import hashlib
import time
from collections.abc import Callable
from dataclasses import replace

import pytest

from tests.local import get
from tests.pipeline.conftest import Pipeline, wait_for
from tests.pipeline.sender import Sender, Span

PLAIN = 1000
KEPT = 0.1
APART_SECONDS = 4
"""Less than the halves of a trace wait for each other, and more than a decision takes that does not wait."""
CHOSEN = "otelcol_processor_tail_sampling_count_traces_sampled"
REASONS: tuple[Callable[[Span], Span], ...] = (
    lambda span: replace(span, error="boom"),
    lambda span: replace(span, milliseconds=301),
    lambda span: replace(span, attributes={"slobox.exemplar": True}),
)


def identity(*parts: object, digits: int = 32) -> str:
    """Return an id as OTLP writes it, the same for the same parts in every run."""
    return hashlib.sha256(repr(parts).encode()).hexdigest()[:digits]


@pytest.fixture
def store(pipeline: Pipeline) -> Pipeline:
    """A Collector with a trace store."""
    pipeline.start("jaeger", "otel-collector")
    return pipeline


def two_tiers(pipeline: Pipeline, web: Span, catalog: Span) -> None:
    """Send the two halves of a trace as two tiers do: each on its own, the lower tier first."""
    Sender(pipeline.sender.url, "catalog").spans([catalog])
    pipeline.sender.spans([web])


def test_failed_slow_and_marked_traces_are_kept_whole(store: Pipeline) -> None:
    """Whatever half of a trace has the reason to keep it, all of it is kept; one without a reason is not."""
    wanted = set()
    for number, reason in enumerate(REASONS):
        for half in ("web", "catalog"):
            web = Span(identity(number, half), identity(number, half, "web", digits=16))
            catalog = replace(web, span=identity(number, half, "catalog", digits=16), parent=web.span)
            two_tiers(store, reason(web) if half == "web" else web, reason(catalog) if half == "catalog" else catalog)
            wanted.add(web.trace)

    def whole() -> bool:
        found = store.traces()
        return wanted == {trace for trace in wanted & found.keys() if len(found[trace]["spans"]) == 2}

    wait_for("all traces with a reason, with both spans", whole)


def test_of_traces_without_a_reason_a_tenth_is_kept(store: Pipeline) -> None:
    """The share is that of the config, a mark that says no is none, and 300 ms are not slow yet."""
    plain = [identity("plain", number) for number in range(PLAIN)]
    usual = Span("", "", milliseconds=300, attributes={"slobox.exemplar": False})
    for start in range(0, PLAIN, 100):
        store.sender.spans([replace(usual, trace=each, span=each[:16]) for each in plain[start : start + 100]])

    wait_for("all decisions", lambda: store.collector(CHOSEN, policy="share-of-the-rest") == PLAIN)
    kept = store.collector(CHOSEN, policy="share-of-the-rest", decision="sampled")
    wait_for("the kept ones", lambda: len(store.traces()) >= kept)

    assert store.traces().keys() <= set(plain)
    # Chosen by a hash of the id: five standard deviations around a tenth.
    assert abs(kept - PLAIN * KEPT) < 5 * (PLAIN * KEPT * (1 - KEPT)) ** 0.5
    assert store.collector(CHOSEN, decision="sampled") == kept
    assert len(store.traces()) == kept


def test_a_reason_that_comes_late_saves_the_trace(store: Pipeline) -> None:
    """The lower tier's half waits for the upper one's, although nothing is known yet of its trace."""
    traces = [identity("late", number) for number in range(50)]
    Sender(store.sender.url, "catalog").spans([Span(trace, trace[:16]) for trace in traces])
    time.sleep(APART_SECONDS)

    store.sender.spans([Span(trace, trace[16:], error="late") for trace in traces])

    wait_for("all halves", lambda: store.traces("catalog").keys() >= set(traces))


def test_rates_are_of_all_spans(store: Pipeline) -> None:
    """What Prometheus scrapes counts every span, also those of traces that are not kept, without the instance."""
    traces = [identity("rate", number) for number in range(200)]
    spans = [Span(trace, trace[:16], attributes={"http.route": "/products"}) for trace in traces]
    store.sender.spans(spans)

    def counted() -> str | None:
        line = next((each for each in derived(store) if each.startswith("traces_span_metrics_calls_total{")), "")
        return line if line.endswith(" 200") else None

    line = wait_for("all spans counted", counted)
    assert 'http_route="/products"' in line
    assert 'service_name="web"' in line
    assert "of-a-test" not in line
    assert not any("trace_id" in each for each in derived(store))


def derived(pipeline: Pipeline) -> list[str]:
    """Return the lines of the metrics that the Collector derives from spans."""
    url = f"{pipeline.settings.url('otel-collector/derived')}/metrics"
    return get(url).text.splitlines()
