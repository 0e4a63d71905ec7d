"""Simulated traffic: what is scraped and what is counted belong together."""

from itertools import pairwise

import pytest

from bench.shapes import SHAPES, Shape
from bench.traffic import DAY, SCRAPE, SLOT, Load, Log, Scrapes, Stream, simulate


def busy(_: int, second: int) -> Load:
    """Requests all day, failures in one hour."""
    return 2.0, 0.5 if 36_000 <= second < 39_600 else 0.0


def last(scrapes: Scrapes, code: str) -> int:
    """The last value of the only series with this code."""
    (values,) = [values for (_, found), values in scrapes.lines.items() if found == code]
    return values[-1][1]


def test_counters_hold_what_the_log_counts() -> None:
    """Without gaps, resets and churn nothing is lost: the last scrape shows every event."""
    log, scrapes = simulate(Stream(busy), "seed", 0, 1)

    assert last(scrapes, "500") == log.bad[-1] > 0
    assert last(scrapes, "200") == log.total[-1] - log.bad[-1]


def test_the_same_seed_gives_the_same_traffic() -> None:
    """Figures can be printed again."""
    assert simulate(Stream(busy), "seed", 0, 1) == simulate(Stream(busy), "seed", 0, 1)
    assert simulate(Stream(busy), "seed", 0, 1)[0] != simulate(Stream(busy), "other", 0, 1)[0]


def test_a_window_counts_the_events_inside_of_it() -> None:
    """Events after the start of the window and up to its end, no other ones."""
    log = Log(1_000, [0, 10, 30, 60], [0, 1, 1, 2])

    assert log.counted(1_000 + 3 * SLOT, SLOT) == (30, 1)
    assert log.counted(1_000 + 2 * SLOT, 2 * SLOT) == (30, 1)
    assert log.counted(1_000 + 2 * SLOT - 1, DAY) == (10, 1)


def test_a_lazy_series_appears_with_its_first_failure() -> None:
    """Before the first failure there is no series of failures."""
    _, eager = simulate(Stream(busy), "seed", 0, 1)
    _, lazy = simulate(Stream(busy, lazy=True), "seed", 0, 1)

    assert eager.lines["a", "500"][0][0] < 36_000 <= lazy.lines["a", "500"][0][0]
    assert lazy.lines["a", "500"][0][1] > 0


def test_a_scrape_gap_loses_scrapes_and_no_events() -> None:
    """The service goes on counting while nobody looks."""
    log, scrapes = simulate(Stream(busy, scraped=lambda _, second: not 36_000 <= second < 39_600), "seed", 0, 1)
    seconds = [second for second, _ in scrapes.lines["a", "500"]]

    assert max(after - before for before, after in pairwise(seconds)) > 3_600
    assert last(scrapes, "500") == log.bad[-1] > 1_000


def test_a_restarted_process_counts_from_zero() -> None:
    """A new life of the same target is a reset of its counters, under the same labels."""
    _, scrapes = simulate(Stream(busy, lambda _, second: (("a", second // 43_200),)), "seed", 0, 1)
    values = [value for _, value in scrapes.lines["a", "200"]]

    assert any(after < before for before, after in pairwise(values))


def test_a_target_that_leaves_takes_its_series_along() -> None:
    """Pods that are replaced have series of their own, one after the other."""
    _, scrapes = simulate(Stream(busy, lambda _, second: ((f"pod-{second // 43_200}", 0),)), "seed", 0, 1)

    assert scrapes.lines["pod-0", "200"][-1][0] < scrapes.lines["pod-1", "200"][0][0]


def test_no_target_serves_no_request() -> None:
    """A tenant that is not there makes no traffic and no series."""
    log, scrapes = simulate(Stream(busy, lambda _, __: ()), "seed", 0, 1)

    assert log.total[-1] == 0
    assert not scrapes.lines


def test_the_text_is_read_series_by_series() -> None:
    """OpenMetrics wants the samples of a series together, with its labels and second."""
    scrapes = Scrapes({("a", "200"): [(37, 4), (67, 5)]})

    assert "".join(scrapes.text('shape="x"')) == (
        'http_requests_total{job="api",shape="x",instance="a",code="200"} 4 37\n'
        'http_requests_total{job="api",shape="x",instance="a",code="200"} 5 67\n'
    )


@pytest.mark.parametrize("shape", SHAPES, ids=lambda shape: shape.name)
def test_every_shape_has_requests_and_failures(shape: Shape) -> None:
    """No row of the table is empty: two days of each shape bring scrapes and failed requests."""
    found = [simulate(stream, shape.name, 0, 2) for stream in shape.streams]

    assert sum(log.bad[-1] for log, _ in found) >= 5
    assert any(code == "500" for _, scrapes in found for _, code in scrapes.lines)


def test_pauses_are_the_same_each_time_and_never_all_day() -> None:
    """Whoever simulates and whoever wraps the rules see the same pauses."""
    off = [shape.off for shape in SHAPES if shape.off]
    seen = [sum(pause(day, second) for day in range(3) for second in range(0, DAY, SCRAPE)) for pause in off]

    assert len(off) == 2
    assert all(0 < count < 3 * DAY // SCRAPE // 10 for count in seen)
