"""What pages say about waiting, trying again and giving up is what the Collector's config and the shop's code say."""

from pathlib import Path
from typing import Any

import pytest
import yaml

from apps.telemetry.metrics import SIGNALS
from apps.telemetry.outbox import BATCH, REASONS, USUAL
from slo.promql import parse_duration

ROOT = Path(__file__).parents[2]
COLLECTOR: dict[str, Any] = yaml.safe_load((ROOT / "monitoring/otel-collector/config.yaml").read_text(encoding="utf-8"))
DECISION_WAIT = parse_duration(COLLECTOR["processors"]["tail_sampling"]["decision_wait"])
TRIES = parse_duration(COLLECTOR["exporters"]["otlp_http/logs"]["retry_on_failure"]["max_elapsed_time"])
QUEUE = COLLECTOR["exporters"]["otlp_http/logs"]["sending_queue"]
TELEMETRY, REFUSING = "docs/telemetry.md", "runbooks/CollectorRefusing.md"
DROPPED = "runbooks/ShopTelemetryDropped.md"


def page(name: str) -> str:
    """A page as one line."""
    return " ".join((ROOT / name).read_text(encoding="utf-8").split())


@pytest.mark.parametrize(
    ("name", "words"),
    [
        (TELEMETRY, f"the {DECISION_WAIT} s of `decision_wait`"),
        (TELEMETRY, f"spans of the last {DECISION_WAIT} seconds"),
        (REFUSING, f"the last {DECISION_WAIT} s of them (`decision_wait`)"),
        (TELEMETRY, f"tried again for {TRIES // 3600} hours"),
        ("runbooks/CollectorDropping.md", f"longer than the collector tries ({TRIES // 3600} hours)"),
        (TELEMETRY, f"up to {QUEUE['queue_size']:,} records each"),
        (TELEMETRY, f"({USUAL.queue:,} spans and as many lines)"),
        (TELEMETRY, f"one batch, at most {BATCH}, every {USUAL.patience_seconds:.0f} s"),
        (REFUSING, f"{USUAL.queue:,} spans and as many log records and tries again for {USUAL.patience_seconds:.0f} s"),
        (DROPPED, f"{USUAL.queue:,} waited already"),
        (DROPPED, f"tried again for {USUAL.patience_seconds:.0f} s"),
    ],
)
def test_pages_have_the_figures_of_the_configuration(name: str, words: str) -> None:
    """A wait or a limit that is changed is changed on its pages, too."""
    assert words in page(name)


def test_a_killed_collector_loses_log_records_nowhere() -> None:
    """Both places that tell of it agree: the queue on disk comes before the packing, which waits in memory."""
    assert QUEUE["storage"] == "file_storage"
    assert "of log records nothing, for they are on disk before the shop hears" in page(TELEMETRY)
    assert "| Collector | no log record; spans of traces" in page(TELEMETRY)


def test_every_reason_has_its_row_and_every_signal_is_one() -> None:
    """Whoever is told that telemetry was dropped finds the reason in the page, with something to do."""
    rows = [[cell.strip() for cell in line.split("|")[1:-1]] for line in (ROOT / DROPPED).read_text().splitlines()]
    actions = {row[0].strip("`"): row[-1] for row in rows if len(row) == 3 and row[0].startswith("`")}

    assert set(actions) == set(REASONS)
    assert all(actions.values())
    assert f"(label `signal`: {', '.join(f'`{signal}`' for signal in SIGNALS)})" in page(DROPPED)
