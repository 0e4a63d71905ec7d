"""What the benchmark of accuracy says nobody could know."""

from bench.floor import Seen
from bench.shapes import SHAPES
from bench.traffic import DAY, Stream, simulate


def ratios(off_from: int, off_until: int) -> tuple[float, float]:
    """Seen and counted error ratio of a day on which only the second hour fails, and rules pause for a while."""
    log, _ = simulate(Stream(lambda _, second: (5.0, float(3_600 <= second < 7_200))), "seed", 0, 1)
    seen = Seen(log, lambda _, second: off_from <= second < off_until, 0, 1)
    total, bad = log.counted(DAY, DAY)
    return seen.ratio(DAY, DAY), bad / total


def test_all_is_seen_while_rules_are_evaluated() -> None:
    """Without a pause nothing is unknown; a pause of four minutes is bridged by the five that an evaluation sees."""
    for pause in ((0, 0), (4_000, 4_240)):
        seen, counted = ratios(*pause)
        assert seen == counted


def test_what_happens_in_a_pause_is_unknown() -> None:
    """The whole bad hour was missed but for its last minutes, which the next evaluation looks back at."""
    seen, counted = ratios(3_600, 7_200)
    assert 0 < seen < counted / 8


def test_there_are_shapes_with_pauses() -> None:
    """The line is printed for them."""
    assert [shape.name for shape in SHAPES if shape.off] == ["evaluation-gaps", "restart"]
