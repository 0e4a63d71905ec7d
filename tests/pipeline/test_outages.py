"""What is delivered when servers are killed: the real Collector, VictoriaLogs and Jaeger."""

from tests.pipeline.conftest import Pipeline, wait_for
from tests.pipeline.sender import Line, Span
from tests.pipeline.test_sampling import identity

TRACES = 50
LINES = 200
QUEUED = "otelcol_exporter_queue_size"


def send(pipeline: Pipeline, name: str) -> set[str]:
    """Send traces that are kept, and lines; return the ids of the traces."""
    traces = [identity(name, number) for number in range(TRACES)]
    pipeline.sender.spans([Span(trace, trace[:16], error="boom") for trace in traces])
    pipeline.sender.lines([Line(f"{name} {number}", traces[number % TRACES]) for number in range(LINES)])
    return set(traces)


def stored_lines(pipeline: Pipeline) -> list[str]:
    """Return the text of all lines."""
    return [record.message for record in pipeline.records()]


def test_nothing_is_lost_when_both_stores_and_then_the_collector_are_killed(pipeline: Pipeline) -> None:
    """What the Collector accepted lies on disk: it outlives the stores and the Collector itself, exactly once each."""
    pipeline.start("jaeger", "victoria-logs", "otel-collector")
    pipeline.kill("jaeger", "victoria-logs")
    traces = send(pipeline, "during")
    wait_for("the spans in the queue", lambda: pipeline.collector(QUEUED, data_type="traces") >= TRACES)
    wait_for("the lines in the queue", lambda: pipeline.collector(QUEUED, data_type="logs") == LINES)

    pipeline.kill("otel-collector")
    pipeline.start("otel-collector", "jaeger", "victoria-logs")

    wait_for("all traces", lambda: pipeline.traces().keys() >= traces)
    wait_for("all lines", lambda: len(stored_lines(pipeline)) >= LINES)
    assert sorted(stored_lines(pipeline)) == sorted(f"during {number}" for number in range(LINES))
    assert pipeline.traces().keys() == traces
    wait_for("empty queues", lambda: pipeline.collector(QUEUED) == 0)


def test_a_collector_that_dies_at_once_has_its_log_records_on_disk(pipeline: Pipeline) -> None:
    """What was accepted a moment ago, and is not yet packed for VictoriaLogs, is delivered after the crash."""
    pipeline.start("victoria-logs", "otel-collector")
    send(pipeline, "just now")
    pipeline.kill("otel-collector")

    pipeline.start("otel-collector")

    wait_for("all lines", lambda: len(set(stored_lines(pipeline))) == LINES)


def test_what_was_stored_outlives_a_crash_of_the_stores(pipeline: Pipeline) -> None:
    """Jaeger writes spans before it acknowledges them; VictoriaLogs has all of it on disk a second later."""
    pipeline.start("jaeger", "victoria-logs", "otel-collector")
    traces = send(pipeline, "before")
    wait_for("all traces", lambda: pipeline.traces().keys() >= traces)
    wait_for("all lines", lambda: len(stored_lines(pipeline)) == LINES)
    wait_for("all lines on disk", lambda: pipeline.unwritten() == 0)

    pipeline.kill("jaeger", "victoria-logs")
    pipeline.start("jaeger", "victoria-logs")

    assert pipeline.traces().keys() == traces
    wait_for("all lines again", lambda: len(stored_lines(pipeline)) == LINES)


def test_a_store_that_is_gone_does_not_stop_the_other(pipeline: Pipeline) -> None:
    """With VictoriaLogs dead traces arrive as always, and the other way round."""
    pipeline.start("jaeger", "victoria-logs", "otel-collector")
    pipeline.kill("victoria-logs")
    traces = send(pipeline, "without-victoria-logs")
    wait_for("all traces", lambda: pipeline.traces().keys() >= traces)

    pipeline.start("victoria-logs")
    wait_for("the lines, late", lambda: len(stored_lines(pipeline)) == LINES)
    pipeline.kill("jaeger")
    send(pipeline, "without-jaeger")
    wait_for("all lines", lambda: len(stored_lines(pipeline)) == 2 * LINES)
