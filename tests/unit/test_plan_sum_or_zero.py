"""Sums in which a part that is missing counts as nothing."""

import re

from hypothesis import given
from hypothesis import strategies as st

from slo.plan.windows import sum_or_zero


def test_one_part_is_its_own_sum() -> None:
    """Nothing has to be told apart."""
    assert sum_or_zero.total(["a"]) == "sum without (tile) (\n     a\n)"


def test_parts_are_told_apart_by_a_label() -> None:
    """All but the first: where it is missing, the others are still there."""
    assert sum_or_zero.total(["a", "b\nor c"]) == (
        'sum without (tile) (\n     a\n  or label_replace(b\n     or c, "tile", "1", "", "")\n)'
    )


def test_no_two_parts_of_a_union_have_the_same_mark() -> None:
    """`or` would drop the second; where there are many, sums of few are told apart in turn."""
    three = sum_or_zero.total(["a", "b", "c"])
    assert three == (
        'sum without (tile) (\n     a\n  or label_replace(b, "tile", "1", "", "")\n'
        '  or label_replace(c, "tile", "2", "", "")\n)'
    )
    assert sum_or_zero.total(["a", "b", "c", "d"]) == (
        "sum without (tile) (\n"
        '     sum without (tile) (\n       a\n    or label_replace(b, "tile", "1", "", "")\n  )\n'
        '  or label_replace(sum without (tile) (\n       c\n    or label_replace(d, "tile", "1", "", "")\n  )'
        ', "tile", "1", "", "")\n'
        ")"
    )


@given(st.integers(1, 40))
def test_many_parts_are_added_up_in_short_unions(count: int) -> None:
    """Each part is there once, and no union is longer than three."""
    text = sum_or_zero.total([f"part_{n}" for n in range(count)])
    assert re.findall(r"part_(\d+)", text) == [str(n) for n in range(count)]
    assert set(re.findall(r'"tile", "(\d)"', text)) <= {"1", "2"}
