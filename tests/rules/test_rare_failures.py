"""Rare failures: the second one pages when it happens, the first one never, whatever the scrape interval is."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.rules.judge import case, judged
from tests.specimens import emitted, objective, slo_set

OK, FAILED = 'api_requests_total{code="200"}', 'api_requests_total{code="500"}'
PAGES = 'count(ALERTS{alertstate="firing",severity="page"}) or vector(0)'
EVERY, FIRST, SECOND, END = 12, 24, 36, 66
"""Minutes: one event every 12, all of them fail from the first failure on, the second page comes with the second."""


def grown(minutes: list[int], scrape: int, late: int) -> str:
    """A counter that grows by one at these minutes, and `late` seconds later is scraped."""
    moments = [60 * minute + late for minute in minutes]
    return " ".join(str(sum(at <= tick * scrape for at in moments)) for tick in range(60 * END // scrape))


def situation(scrape: int, late: int) -> dict[str, object]:
    """The story, and what fires at each minute; `late`: seconds between an event and a full minute."""
    series = {
        OK: grown(list(range(0, FIRST, EVERY)), scrape, late),
        FAILED: grown(list(range(FIRST, END, EVERY)), scrape, late),
    }
    quiet = [(f"{minute}m", PAGES, {"{}": 0}) for minute in range(FIRST - 2, SECOND + 1)]
    firing = [(f"{minute}m", f"({PAGES}) > bool 0", {"{}": 1}) for minute in range(SECOND + 3, END - 1)]
    return case(f"{late} s late", f"{scrape}s", series, *quiet, *firing)


@pytest.mark.parametrize(("scrape", "declared"), [(15, 15), (30, 30), (60, 60), (15, None), (60, None)])
def test_the_second_failure_pages_and_the_page_stays(
    scrape: int, declared: int | None, tmp_path: Path, promtool: Path
) -> None:
    """As `slo explain` promises: not before, within an evaluation and a scrape, and without flapping."""
    interval = {"scrape_interval": declared or 60, "any_interval": declared is None}
    rules = emitted("prometheus", slo_set(objective("api", **interval)))
    assert not judged(promtool, tmp_path, rules, "1m", *(situation(scrape, late) for late in (1, 50)))
