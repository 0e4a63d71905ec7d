"""What pages say about waiting, trying again and giving up is what the Collector's config and the shop's code say."""

from pathlib import Path
from typing import Any

import pytest
import yaml

from apps.telemetry.export import RETRIES
from apps.telemetry.otel import DEFAULTS
from slo.promql import parse_duration

ROOT = Path(__file__).parents[2]
COLLECTOR: dict[str, Any] = yaml.safe_load((ROOT / "monitoring/otel-collector/config.yaml").read_text(encoding="utf-8"))
DECISION_WAIT = parse_duration(COLLECTOR["processors"]["tail_sampling"]["decision_wait"])
TRIES = parse_duration(COLLECTOR["exporters"]["otlp_http/logs"]["retry_on_failure"]["max_elapsed_time"])
QUEUE = COLLECTOR["exporters"]["otlp_http/logs"]["sending_queue"]
TELEMETRY, REFUSING = "docs/telemetry.md", "runbooks/CollectorRefusing.md"
SHOP_QUEUE = int(DEFAULTS["OTEL_BSP_MAX_QUEUE_SIZE"])
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
        (TELEMETRY, f"({SHOP_QUEUE:,} spans and as many lines)"),
        (TELEMETRY, f"tries a batch {RETRIES + 1} times"),
        (REFUSING, f"{SHOP_QUEUE:,} spans and as many log records"),
        (DROPPED, f"{SHOP_QUEUE:,} waited already"),
        (DROPPED, f"a batch was tried {RETRIES + 1} times"),
    ],
)
def test_pages_have_the_figures_of_the_configuration(name: str, words: str) -> None:
    """A wait or a limit that is changed is changed on its pages, too."""
    assert words in page(name)


def test_a_killed_collector_loses_log_records_nowhere() -> None:
    """Both places that tell of it agree: the queue on disk comes before the packing, which waits in memory."""
    assert QUEUE["storage"] == "file_storage"
    assert "of log records nothing: they are on disk before the shop gets its answer" in page(TELEMETRY)
    assert "| Collector | no log record; spans of traces" in page(TELEMETRY)
