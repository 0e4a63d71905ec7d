"""The table of what rules cost a Prometheus."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, cast

import pytest

from bench.evaluation_table import BARE, Figures, compared
from bench.rule_groups import Group, correction, rule_groups

if TYPE_CHECKING:
    from bench.server import Server

OURS = [Figures(1.0, 2.0, 100e6, 0.5), Figures(7.0, 9.0, 300e6, 0.7), Figures(4.0, 3.0, 200e6, 0.6)]
SLOTH = [Figures(20.0, 21.0, 400e6, 1.0)]
WITHOUT = Figures(0.0, 1.0, 80e6, 0.1)


def test_a_row_has_medians_and_their_share_of_sloth() -> None:
    """What a server takes without rules is taken off both sides in one column, and in no other."""
    table = compared({"slo": OURS, "Sloth": SLOTH, BARE: [WITHOUT]}, {"slo": 7, "Sloth": 17})

    assert dict(zip(table.head, table.rows[0], strict=True)) == {
        "rules": "slo",
        "number": "7",
        "evaluation, s": "4.000",
        "processor, s": "3.00",
        "memory, MB": "200",
        "ready, s": "0.6",
        "evaluation / Sloth": "0.20",
        "processor / Sloth": "0.14",
        "processor for rules / Sloth": "0.10",
        "memory / Sloth": "0.50",
    }
    assert table.rows[1][-4:] == ("1.00", "1.00", "1.00", "1.00")
    assert table.rows[2][:4] == ("no rules", "0", "0.000", "1.00")


def test_without_sloth_there_are_no_shares() -> None:
    """A machine without Sloth still measures ours."""
    table = compared({"slo": OURS, BARE: [WITHOUT]}, {"slo": 7})

    assert [row[-4:] for row in table.rows] == [("-", "-", "-", "-")] * 2


def test_what_is_below_the_noise_has_no_share() -> None:
    """A run that took no more than a server without rules says nothing about the rules."""
    table = compared({"slo": [WITHOUT], "Sloth": SLOTH, BARE: [WITHOUT]}, {"slo": 7, "Sloth": 17})

    assert table.rows[0][-4:] == ("0", "0.048", "-", "0.20")


def test_a_group_that_is_evaluated_every_five_minutes_takes_a_fifth_in_each() -> None:
    """Of its queries, as it may not have been evaluated yet."""
    assert Group(0.2, ran_at=0, ran_for=0, queried=5).seconds == 1
    assert Group(1.0, ran_at=0, ran_for=3).seconds == 3


@pytest.mark.parametrize(("ran_at", "added"), [(99, 1.0), (100, -3.0), (130, -3.0), (161, 1.0)])
def test_a_minute_holds_a_fifth_of_it_whether_it_was_evaluated_in_it_or_not(ran_at: float, added: float) -> None:
    """Where it was, the processor has worked four seconds for it, of which one is its share."""
    assert correction([Group(0.2, ran_at, ran_for=4, queried=5), Group(1.0, 120, 7)], since=100) == added


class _Server:
    """Tells of two groups, and takes half a second for every expression."""

    def get(self, path: str) -> str:
        assert path == "/api/v1/rules"
        groups = [(60, "often"), (300, "seldom"), (300, "seldom, too")]
        rows = [
            {
                "interval": n,
                "lastEvaluation": "1970-01-01T00:01:40.123456789Z",
                "evaluationTime": 2,
                "rules": [{"query": q}] * 2,
            }
            for n, q in groups
        ]
        return json.dumps({"data": {"groups": rows}})

    def query(self, expr: str, at: float, *, stats: bool) -> dict[str, object]:
        assert expr.startswith("seldom")
        assert at > 100
        assert stats
        return {"stats": {"timings": {"evalTotalTime": 0.5}}}


def test_only_groups_that_are_evaluated_seldom_are_asked_for() -> None:
    """Their expressions, one by one; of the others it is known what they took."""
    often, seldom, _ = rule_groups(cast("Server", _Server()))
    assert (often.share, often.seconds) == (1.0, 2.0)
    assert (seldom.share, seldom.seconds) == (0.2, 0.2)
    assert seldom.ran_at == pytest.approx(100.123456)
