"""Waits, retries and limits on the pages are those of the Collector's configuration and the shop's code."""

import re
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
DROPPED, DROPPING = "runbooks/ShopTelemetryDropped.md", "runbooks/CollectorDropping.md"


def page(name: str) -> str:
    """A page as one line."""
    return " ".join((ROOT / name).read_text(encoding="utf-8").split())


FIGURES = {
    TELEMETRY: [
        f"{DECISION_WAIT} s of `decision_wait`",
        f"last {DECISION_WAIT} seconds",
        f"{TRIES // 3600} hours",
        f"{QUEUE['queue_size']:,} records",
        f"{SHOP_QUEUE:,} spans",
        f"a batch {RETRIES + 1} times",
    ],
    REFUSING: [f"{DECISION_WAIT} s of them (`decision_wait`)", f"{SHOP_QUEUE:,} spans"],
    DROPPING: [f"({TRIES // 3600} hours)"],
    DROPPED: [f"{SHOP_QUEUE:,} waited", f"tried {RETRIES + 1} times"],
}


@pytest.mark.parametrize(
    ("name", "figure"), [(name, figure) for name, figures in FIGURES.items() for figure in figures]
)
def test_pages_have_the_figures_of_the_configuration(name: str, figure: str) -> None:
    """A wait or a limit that is changed is changed on its pages, too."""
    assert figure in page(name)


def test_the_queue_of_log_records_is_on_disk() -> None:
    """A killed Collector loses no log record, as its page says: the queue on disk comes before batches in memory."""
    assert QUEUE["storage"] == "file_storage"
    assert re.search(r"^\| Collector \| no log record;", (ROOT / TELEMETRY).read_text(encoding="utf-8"), re.MULTILINE)
