"""The best case of the accuracy benchmark: what records can know where rules were not evaluated."""

from bench.best_case import BestCase
from bench.shapes import SHAPES
from bench.traffic import DAY, Stream, simulate


def ratios(off_from: int, off_until: int) -> tuple[float, float]:
    """Best-case and counted error ratio of a day on which only the second hour fails, with one gap in evaluation."""
    log, _ = simulate(Stream(lambda _, second: (5.0, float(3_600 <= second < 7_200))), "seed", 0, 1)
    best = BestCase(log, lambda _, second: off_from <= second < off_until, 0, 1)
    total, bad = log.counted(DAY, DAY)
    return best.ratio(DAY, DAY), bad / total


def test_all_is_covered_while_rules_are_evaluated() -> None:
    """Without a gap nothing is unknown; the five minutes of an evaluation bridge a gap of four minutes."""
    for gap in ((0, 0), (4_000, 4_240)):
        best, counted = ratios(*gap)
        assert best == counted


def test_a_long_gap_is_unknown() -> None:
    """The whole bad hour was missed but for its last minutes, which the next evaluation looks back at."""
    best, counted = ratios(3_600, 7_200)
    assert 0 < best < counted / 8


def test_there_are_shapes_with_gaps() -> None:
    """The line is printed for them."""
    assert [shape.name for shape in SHAPES if shape.off] == ["evaluation-gaps", "restart"]
